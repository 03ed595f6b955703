// The colour with NaN as 0 and each channel held within low to high.
// Reason for the clamp: one NaN or infinity would fill all channels at the next matrix and all
// neighbours at the next filter. The limits lie far outside what a picture holds.
vec3 finite(vec3 c, float low, float high)
{
    vec3 numbers = mix(c, vec3(0.0), isnan(c));
    return clamp(numbers, vec3(low), vec3(high));
}
