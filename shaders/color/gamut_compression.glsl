// Colours outside the gamut of linear RGB brought into it, by each channel's distance from the
// largest one, as the ACES Reference Gamut Compression does; the largest channel stays.
// Domain: any finite value. Distances up to `threshold` stay, `limit` becomes 1.0, the edge of the
// gamut, and beyond it the curve goes on along its tangent, so the inverse exists everywhere.
vec3 gamut_compression(vec3 c, vec3 threshold, vec3 limit)
{
    float largest = max(c.r, max(c.g, c.b));
    if (largest <= 0.0)
        return c;
    vec3 scale = (1.0 - threshold) * (limit - threshold) / (limit - 1.0);
    vec3 d = 1.0 - c / largest;
    // The clamp keeps the unused branch off the pole; it changes nothing above the threshold.
    vec3 x = max(d - threshold, vec3(0.0));
    vec3 curve = threshold + x * scale / (x + scale);
    vec3 root = scale / (limit - threshold + scale);
    vec3 tangent = 1.0 + root * root * (d - limit);
    vec3 near = mix(d, curve, greaterThan(d, threshold));
    return largest * (1.0 - mix(near, tangent, greaterThan(d, limit)));
}
