// A picture before its neighbours read it: NaN as 0, within what grades come to.
// Reason for the clamp: one NaN or infinity would fill all pixels around it.
vec3 bounded(vec3 x)
{
    return clamp(mix(x, vec3(0.0), isnan(x)), -32.0, 2.0);
}
