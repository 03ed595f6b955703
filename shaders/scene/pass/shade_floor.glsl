// Light of the desert floor.
void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    vec2 pixel = texelFetch(where_map, at, 0).rg;
    if (pixel.x < 0.0) discard;
    vec2 surface = texelFetch(surface_map, at, 0).rg;
    if (surface.g != FLOOR) discard;
    vec3 ray = normalize(camera_ray(camera, pixel));
    vec3 p = camera.position + ray * surface.r;
    // A pixel of the floor is long at a grazing view: blur by its longer side.
    float footprint = surface.r / camera.focal / max(-ray.y, 0.02);
    float blur = max(log2(footprint * 40.0), 0.0);
    vec2 slope = vec2(0.0);
    for (int k = 0; k < 3; k++) {
        vec2 at_xz = p.xz + vec2(k == 1, k == 2) * 0.05;
        float relief = floor_height(tile, canyon, at_xz);
        relief += 0.20 * textureLod(tile, at_xz * (1.0 / 6.0), blur).x;
        relief += 0.030 * textureLod(tile, at_xz * (1.0 / 0.8), blur + 2.0).w;
        slope += relief * (k == 0 ? vec2(1.0) : -vec2(k == 1, k == 2));
    }
    vec3 normal = normalize(vec3(slope.x * 20.0, 1.0, slope.y * 20.0));
    float shadow = canyon_shadow(tile, canyon, p + vec3(0.0, 0.3, 0.0), sky.sun);
    float open = 0.75;
    if (surface.r < 60.0) {
        Prop prop = prop_at(tile, canyon, p.xz);
        if (prop.kind > 0.5) {
            vec3 toward = p + sky.sun * (dot(prop.centre - p, sky.sun));
            float miss = length((toward - prop.centre) / prop.radii) - 1.0;
            float ahead = dot(prop.centre - p, sky.sun);
            shadow *= ahead > 0.0 ? smoothstep(-0.25, 0.30, miss) : 1.0;
            float gap = length((p - prop.centre).xz / prop.radii.xz);
            open *= mix(0.45, 1.0, smoothstep(0.7, 1.9, gap));
        }
    }
    vec3 base = sand(tile, p.xz, blur, warm, pale);
    vec3 light = sky.sunlight * max(dot(normal, sky.sun), 0.0) * shadow;
    light += sky_fill(sky, normal, warm) * open;
    color = averaged(apply_haze(base * light, sky, ray, surface.r, haze));
}
