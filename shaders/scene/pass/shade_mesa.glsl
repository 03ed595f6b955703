// Light of the far mesas.
void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    vec2 pixel = texelFetch(where_map, at, 0).rg;
    if (pixel.x < 0.0) discard;
    vec2 surface = texelFetch(surface_map, at, 0).rg;
    if (surface.g != MESA) discard;
    vec3 ray = normalize(camera_ray(camera, pixel));
    vec3 p = camera.position + ray * surface.r;
    float reach = 0.0025 * surface.r;
    vec3 normal = vec3(0.0);
    for (int k = 0; k < 4; k++) {
        vec3 corner = vec3(k == 0 || k == 3, k == 1 || k == 3, k == 2 || k == 3) * 2.0 - 1.0;
        normal += corner * mesa_distance(tile, canyon, p + corner * reach);
    }
    normal = normalize(normal);
    vec4 beds = textureLod(tile, vec2(0.61 + canyon.offset.y, p.y * (1.0 / 340.0)), 0.5);
    vec4 face = textureLod(tile, vec2((p.x + 0.7 * p.z) * (1.0 / 420.0), p.y * (1.0 / 1100.0)), 1.5);
    vec3 base = mix(warm * 0.42, pale, smoothstep(0.38, 0.62, beds.x)) * (0.25 + 1.5 * face.x);
    vec3 light = sky.sunlight * max(dot(normal, sky.sun), 0.0);
    light += sky_fill(sky, normal, warm) * (0.5 + 0.5 * normal.y);
    color = averaged(apply_haze(base * light, sky, ray, surface.r, haze));
}
