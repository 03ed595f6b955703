// The steps of the primary grade on the DaVinci Intermediate signal, any value, black about 0.
// Source: wheels as measured by T. Freeman (utility-dctls, MIT); arguments are folded on the CPU.

// Exposure and white balance: a matrix on scene-linear DaVinci Wide Gamut.
vec3 primary_light(vec3 x, mat3 light)
{
    return di_encode(light * di_decode(x));
}

// Lift, gain and offset in one multiply-add.
vec3 primary_balance(vec3 x, vec3 slope, vec3 shift)
{
    return x * slope + shift;
}

// Gamma; negative values are mirrored, so that nothing clips at black.
vec3 primary_power(vec3 x, vec3 power)
{
    return sign(x) * pow(abs(x), power);
}

// Contrast about a pivot p, as x * contrast + p * (1 - contrast).
vec3 primary_contrast(vec3 x, float contrast, float shift)
{
    return x * contrast + shift;
}

// Saturation about the luma Resolve uses: 0.21 0.70 0.09 (T. Freeman's measurement).
vec3 primary_saturation(vec3 x, float saturation)
{
    float luma = dot(x, vec3(0.21, 0.70, 0.09));
    return luma + saturation * (x - luma);
}

// Hue: a matrix that keeps greys and the luma of saturation.
vec3 primary_hue(vec3 x, mat3 turn)
{
    return turn * x;
}
