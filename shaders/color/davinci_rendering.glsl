// Display light of scene light, per channel of linear display primaries: f(x) = a*x / (x + b).
// Domain: any finite value. Odd below 0; above `white` it goes on along its tangent, so the
// inverse exists everywhere and super-whites survive. 1.0 is 100 nits on both sides.
vec3 davinci_rendering(vec3 scene, float a, float b, float white)
{
    vec3 x = abs(scene);
    float at_white = white + b;
    float slope = a * b / (at_white * at_white);
    vec3 curve = a * x / (x + b);
    vec3 tangent = a * white / at_white + slope * (x - white);
    return sign(scene) * mix(curve, tangent, greaterThan(x, vec3(white)));
}
