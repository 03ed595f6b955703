// Splines of quadratic pieces with a continuous slope, straight beyond their ends; any x.
// pieces[0] is (first knot, value there, slope before it, slope after the last knot), each other
// (knot, width, slope at the knot, half the change of slope over the width). With inverse above
// 0.5 knots and widths are values, and the result is where a rising spline takes the value x.
// Calls name the size of the array, for example spline_red_5.

float spline_COUNT(float x, vec4 pieces[COUNT], float inverse)
{
    float y = pieces[0].y + min(x - pieces[0].x, 0.0) * pieces[0].z;
    for (int i = 1; i < COUNT; ++i)
    {
        // Clamped because a piece counts only as far as x has come through it.
        float t = clamp(x - pieces[i].x, 0.0, pieces[i].y);
        float b = pieces[i].z;
        float a = pieces[i].w;
        if (inverse > 0.5)
            y += 2.0 * t / (b + sqrt(max(b * b + 4.0 * a * t, 0.0)));
        else
            y += (a * t + b) * t;
    }
    return y + max(x - pieces[COUNT - 1].x - pieces[COUNT - 1].y, 0.0) * pieces[0].w;
}

vec3 spline_red_COUNT(vec3 x, vec4 pieces[COUNT], float inverse)
{
    return vec3(spline_COUNT(x.r, pieces, inverse), x.gb);
}

vec3 spline_green_COUNT(vec3 x, vec4 pieces[COUNT], float inverse)
{
    return vec3(x.r, spline_COUNT(x.g, pieces, inverse), x.b);
}

vec3 spline_blue_COUNT(vec3 x, vec4 pieces[COUNT], float inverse)
{
    return vec3(x.rg, spline_COUNT(x.b, pieces, inverse));
}

vec3 spline_all_COUNT(vec3 x, vec4 pieces[COUNT], float inverse)
{
    return vec3(
        spline_COUNT(x.r, pieces, inverse),
        spline_COUNT(x.g, pieces, inverse),
        spline_COUNT(x.b, pieces, inverse));
}

// Moves the luma (weights as saturation's) and with it all channels by the same amount, which in a
// log signal keeps the colour of the light.
vec3 spline_luma_COUNT(vec3 x, vec4 pieces[COUNT], float inverse)
{
    float luma = dot(x, vec3(0.21, 0.70, 0.09));
    return x + (spline_COUNT(luma, pieces, inverse) - luma);
}
