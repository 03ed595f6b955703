// A weighted sum of the signal as a key; clamped because a key is 0..1.
float picture_key(vec3 x, vec3 weights)
{
    return clamp(dot(x, weights), 0.0, 1.0);
}
