// Light of the stones and shrubs.
void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    vec2 pixel = texelFetch(where_map, at, 0).rg;
    if (pixel.x < 0.0) discard;
    vec2 surface = texelFetch(surface_map, at, 0).rg;
    if (surface.g != PROP) discard;
    vec3 ray = normalize(camera_ray(camera, pixel));
    vec3 p = camera.position + ray * surface.r;
    Prop prop = prop_at(tile, canyon, p.xz);
    float reach = max(0.006, 0.001 * surface.r);
    vec3 normal = vec3(0.0);
    for (int k = 0; k < 4; k++) {
        vec3 corner = vec3(k == 0 || k == 3, k == 1 || k == 3, k == 2 || k == 3) * 2.0 - 1.0;
        normal += corner * prop_distance(tile, prop, p + corner * reach);
    }
    normal = normalize(normal);
    vec3 q = p - prop.centre;
    float blur = max(log2(surface.r * 0.05), 0.0);
    vec3 stone = mix(warm * 0.75, pale, 0.2 + 0.5 * prop.tint);
    stone *= 0.6 + 0.8 * textureLod(tile, vec2(q.x + q.y, q.z - q.y) * 0.9 + prop.tint, blur + 1.0).x;
    bool plant = prop.kind > 1.5;
    vec3 base = plant ? shrub(tile, q / prop.radii.x, prop.tint) : stone;
    float soft = plant ? 0.45 : 0.0;
    float cosine = max((dot(normal, sky.sun) + soft) / (1.0 + soft), 0.0);
    float shadow = canyon_shadow(tile, canyon, p + vec3(0.0, 0.5, 0.0), sky.sun);
    float open = smoothstep(-0.7, 0.9, q.y / prop.radii.y);
    vec3 light = sky.sunlight * cosine * shadow + sky_fill(sky, normal, warm) * (0.25 + 0.75 * open);
    color = averaged(apply_haze(base * light, sky, ray, surface.r, haze));
}
