// One layer f over u, through its key k of 0..1; any signal, 0.5 is the middle of overlay.
// Formulas as compositors know them; soft light is Pegtop's, which has no break.

vec3 layer_normal(vec3 u, vec3 f, float k)
{
    return mix(u, f, k);
}

vec3 layer_add(vec3 u, vec3 f, float k)
{
    return mix(u, u + f, k);
}

vec3 layer_subtract(vec3 u, vec3 f, float k)
{
    return mix(u, u - f, k);
}

vec3 layer_multiply(vec3 u, vec3 f, float k)
{
    return mix(u, u * f, k);
}

vec3 layer_screen(vec3 u, vec3 f, float k)
{
    return mix(u, u + f - u * f, k);
}

vec3 layer_overlay(vec3 u, vec3 f, float k)
{
    vec3 dark = 2.0 * u * f;
    vec3 light = 1.0 - 2.0 * (1.0 - u) * (1.0 - f);
    return mix(u, mix(light, dark, vec3(lessThan(u, vec3(0.5)))), k);
}

vec3 layer_hard_light(vec3 u, vec3 f, float k)
{
    vec3 dark = 2.0 * u * f;
    vec3 light = 1.0 - 2.0 * (1.0 - u) * (1.0 - f);
    return mix(u, mix(light, dark, vec3(lessThan(f, vec3(0.5)))), k);
}

vec3 layer_soft_light(vec3 u, vec3 f, float k)
{
    return mix(u, u * (u + 2.0 * f * (1.0 - u)), k);
}

vec3 layer_lighten(vec3 u, vec3 f, float k)
{
    return mix(u, max(u, f), k);
}

vec3 layer_darken(vec3 u, vec3 f, float k)
{
    return mix(u, min(u, f), k);
}

vec3 layer_difference(vec3 u, vec3 f, float k)
{
    return mix(u, abs(u - f), k);
}
