// The steps from stabilised depth (near = 1, far = 0, not clipped) to a key of 0..1.

// Levels between the far and near limit; clamped because a key is 0..1.
float depth_levels(float d, float scale, float shift)
{
    return clamp(d * scale + shift, 0.0, 1.0);
}

// Gamma of the levels: exponent = 1 / gamma, d in 0..1.
float depth_gamma(float d, float exponent)
{
    return pow(d, exponent);
}

// A slice of depth about a target; softness is the width of its edge and must be above 0.
float depth_isolate(float d, float target, float tolerance, float softness)
{
    return 1.0 - smoothstep(tolerance, tolerance + softness, abs(d - target));
}

float depth_invert(float d)
{
    return 1.0 - d;
}

float depth_clamp(float d)
{
    return clamp(d, 0.0, 1.0);
}
