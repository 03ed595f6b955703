// Light of the canyon walls.
void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    vec2 pixel = texelFetch(where_map, at, 0).rg;
    if (pixel.x < 0.0) discard;
    vec2 surface = texelFetch(surface_map, at, 0).rg;
    if (surface.g != WALL) discard;
    vec3 ray = normalize(camera_ray(camera, pixel));
    vec3 p = camera.position + ray * surface.r;
    float lod = max(log2(surface.r * 0.010), 0.0);
    float reach = 0.0016 * surface.r;
    vec3 normal = vec3(0.0);
    for (int k = 0; k < 4; k++) {
        vec3 corner = vec3(k == 0 || k == 3, k == 1 || k == 3, k == 2 || k == 3) * 2.0 - 1.0;
        normal += corner * canyon_distance(tile, canyon, p + corner * reach, lod);
    }
    normal = normalize(normal);
    float open = 0.0;
    for (int k = 1; k < 4; k++) {
        float away = 0.9 * float(k * k);
        open += canyon_mass(tile, canyon, p + normal * away) / away;
    }
    // Occlusion is full where the surroundings are no further than the surface itself.
    open = clamp(0.20 + 0.42 * open, 0.0, 1.0);
    float cosine = max(dot(normal, sky.sun), 0.0);
    float shadow = cosine > 0.0 ? canyon_shadow(tile, canyon, p + normal * 0.7, sky.sun) : 0.0;
    float blur = max(log2(surface.r * 0.014), 0.0);
    vec3 base = sandstone(tile, canyon, p, normal, blur, warm, pale);
    vec3 light = sky.sunlight * cosine * shadow + sky_fill(sky, normal, warm) * open;
    color = averaged(apply_haze(base * light, sky, ray, surface.r, haze));
}
