// Light on surfaces: sun key, sky fill, ground bounce, and highlights.
// Domain: unit vectors, scene-linear Rec.709. Source: GGX after Walter et al. (EGSR 2007), with
// Schlick's Fresnel (CGF 13, 1994); the rest is original.

// Fill light: blue from above, warm bounce from the lit ground below, more from the sun's side.
vec3 sky_fill(Sky s, vec3 normal, vec3 ground) {
    float up = 0.5 + 0.5 * normal.y;
    vec3 dome = mix(s.horizon, s.zenith, 0.55) * (0.75 + 0.35 * dot(normal, s.sun));
    vec3 bounce = ground * s.sunlight * max(s.sun.y, 0.1) * 0.55;
    return dome * up * 0.62 + bounce * (1.0 - up);
}

float ggx_highlight(vec3 normal, vec3 view, vec3 toward, float roughness, float reflectance) {
    vec3 middle = normalize(view + toward);
    float nm = max(dot(normal, middle), 0.0);
    float nl = max(dot(normal, toward), 0.0);
    float nv = max(dot(normal, view), 0.05); // grazing views would divide by zero
    float a2 = roughness * roughness * roughness * roughness;
    float spread = nm * nm * (a2 - 1.0) + 1.0;
    float fresnel = reflectance + (1.0 - reflectance) * pow(1.0 - max(dot(view, middle), 0.0), 5.0);
    return a2 / (spread * spread) * fresnel * nl / (4.0 * max(nl, nv) + 0.1);
}

// Diffuse sun on skin: the terminator wraps and turns red, as light scatters below the surface.
vec3 skin_diffuse(float cosine, float shadow) {
    vec3 wrap = vec3(0.34, 0.16, 0.10);
    vec3 lit = max((cosine + wrap) / (1.0 + wrap), 0.0);
    return lit * mix(vec3(0.10, 0.02, 0.01), vec3(1.0), shadow);
}

vec3 apply_haze(vec3 color, Sky s, vec3 direction, float metres, float range) {
    vec3 stay = exp(-metres / range * vec3(0.85, 1.0, 1.22));
    return color * stay + haze_color(s, direction) * (1.0 - stay);
}
