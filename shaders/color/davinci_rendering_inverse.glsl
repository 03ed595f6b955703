// Scene light of display light: the inverse of davinci_rendering, x = b*y / (a - y).
// Domain: any finite value. Odd below 0; above f(white) it follows the tangent.
vec3 davinci_rendering_inverse(vec3 display, float a, float b, float white)
{
    vec3 y = abs(display);
    float at_white = white + b;
    float peak = a * white / at_white;
    float slope = a * b / (at_white * at_white);
    // The clamp keeps the unused branch off the pole at y = a; peak < a always.
    vec3 curve = b * y / (a - min(y, vec3(peak)));
    vec3 tangent = white + (y - peak) / slope;
    return sign(display) * mix(curve, tangent, greaterThan(y, vec3(peak)));
}
