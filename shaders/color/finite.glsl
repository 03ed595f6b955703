// The colour with NaN as 0 and each channel held within -limit to limit.
// Reason for the clamp: one NaN or infinity would fill all channels at the next matrix and all
// neighbours at the next filter. The limit lies far outside what a picture holds.
vec3 finite(vec3 c, float limit)
{
    vec3 numbers = mix(c, vec3(0.0), isnan(c));
    return clamp(numbers, vec3(-limit), vec3(limit));
}
