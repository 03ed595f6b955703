// What every grading node may do to the key it is limited by; k is 0..1, 1 = affected.

float key_invert(float k)
{
    return 1.0 - k;
}

// Clamped because a gain above 1 must not push a picture past its grade.
float key_gain(float k, float gain)
{
    return clamp(k * gain, 0.0, 1.0);
}

// Gain and offset of the incoming key; clamped because a key is 0..1.
float key_adjust(float k, float gain, float offset)
{
    return clamp(k * gain + offset, 0.0, 1.0);
}
