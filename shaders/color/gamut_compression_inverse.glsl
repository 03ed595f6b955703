// The inverse of gamut_compression, for the same threshold and limit.
// Domain: any finite value; distances above 1.0, the edge of the gamut, follow the tangent.
vec3 gamut_compression_inverse(vec3 c, vec3 threshold, vec3 limit)
{
    float largest = max(c.r, max(c.g, c.b));
    if (largest <= 0.0)
        return c;
    vec3 scale = (1.0 - threshold) * (limit - threshold) / (limit - 1.0);
    vec3 d = 1.0 - c / largest;
    // The clamp keeps the unused branches off the pole at x = scale; 1 - threshold < scale always.
    vec3 x = clamp(d - threshold, vec3(0.0), 1.0 - threshold);
    vec3 curve = threshold + x * scale / (scale - x);
    vec3 root = scale / (limit - threshold + scale);
    vec3 tangent = limit + (d - 1.0) / (root * root);
    vec3 near = mix(d, curve, greaterThan(d, threshold));
    return largest * (1.0 - mix(near, tangent, greaterThan(d, vec3(1.0))));
}
