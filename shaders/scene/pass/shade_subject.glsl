// Light of the person: skin, hair, cloth and glasses, all four from one set of light terms.
void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    vec2 pixel = texelFetch(where_map, at, 0).rg;
    if (pixel.x < 0.0) discard;
    vec2 surface = texelFetch(surface_map, at, 0).rg;
    if (surface.g != SUBJECT) discard;
    vec3 ray = normalize(camera_ray(camera, pixel));
    vec3 p = camera.position + ray * surface.r;
    vec3 normal = vec3(0.0);
    for (int k = 0; k < 4; k++) {
        vec3 corner = vec3(k == 0 || k == 3, k == 1 || k == 3, k == 2 || k == 3) * 2.0 - 1.0;
        vec3 near = subject_body_point(subject, pose, p + corner * 0.0012);
        normal += corner * subject_detail_distance(tile, subject, near);
    }
    normal = normalize(normal);
    float open = 0.0;
    for (int k = 1; k < 4; k++) {
        float away = 0.012 * float(k * k);
        vec3 near = subject_body_point(subject, pose, p + normal * away);
        open += subject_distance(subject, near, 0.0, 0.5) / away;
    }
    // Occlusion is full where the surroundings are no further than the surface itself.
    open = clamp(0.12 + 0.30 * open, 0.0, 1.0);
    vec3 q = subject_body_point(subject, pose, p);
    float strands = hair_strands(tile, q);
    float hair = hair_distance(subject, q, strands);
    float skin = skin_distance(q);
    float cloth = jacket_distance(subject, q, cloth_folds(tile, q));
    float glass = glasses_distance(q);

    float cosine = dot(normal, sky.sun);
    float shadow = subject_shadow(subject, pose, p + normal * 0.006, sky.sun);
    float direct = max(cosine, 0.0) * shadow;
    vec3 fill = sky_fill(sky, normal, warm) * open;
    // A reflector beside the camera: soft warm light from the sun's side, as a film crew would add.
    vec3 board = normalize(vec3(sign(sky.sun.x) * 0.75, 0.22, -0.65));
    fill += reflector * sky.sunlight * pow(0.5 + 0.5 * dot(normal, board), 2.0) * open;
    vec3 back = reflect(ray, normal);
    vec3 mirrored = mix(warm * sky.sunlight * 0.3, sky_air(sky, back), smoothstep(-0.08, 0.08, back.y));
    float edge = pow(1.0 - max(dot(normal, -ray), 0.0), 4.0);

    // Light that grazes fuzz and down on the outline towards the sun.
    vec3 fuzz = sky.sunlight * edge * pow(max(dot(ray, sky.sun), 0.0), 3.0) *
                smoothstep(-0.2, 0.4, cosine);

    vec3 lit;
    if (glass < min(min(hair, skin), cloth)) {
        lit = vec3(0.012) * fill + (0.05 + 0.6 * edge) * mirrored * 0.6;
        lit += sky.sunlight * ggx_highlight(normal, -ray, sky.sun, 0.12, 0.05) * shadow;
    } else if (hair < min(skin, cloth)) {
        vec3 base = hair_tone * (0.45 + 1.1 * strands);
        vec3 strand = normalize(vec3(0.0, 1.0, 0.0) - normal * normal.y);
        float along = dot(strand, normalize(sky.sun - ray));
        float sheen = pow(max(1.0 - along * along, 0.0), 18.0) * (0.4 + 1.2 * strands);
        float wrapped = max((cosine + 0.25) / 1.25, 0.0) * mix(0.15, 1.0, shadow);
        lit = base * (sky.sunlight * wrapped + fill);
        sheen *= mix(0.05, 0.55, shadow * step(0.0, cosine));
        lit += (hair_tone * 0.5 + 0.02) * sky.sunlight * sheen;
        lit += (hair_tone + 0.03) * 0.5 * fuzz;
    } else if (skin < cloth) {
        vec3 base = skin_color(tile, q, skin_tone);
        lit = base * (sky.sunlight * skin_diffuse(cosine, shadow) * mix(0.3, 1.0, shadow) + fill);
        lit += sky.sunlight * ggx_highlight(normal, -ray, sky.sun, 0.48, 0.028) * shadow * 0.8;
        lit += mirrored * (0.010 + 0.10 * edge) * open + 0.22 * fuzz;
    } else {
        vec3 base = cloth_color(tile, q, jacket, shirt);
        lit = base * (sky.sunlight * direct + fill);
        lit += (0.04 + base * 0.5) * edge * (fill + sky.sunlight * direct) * 0.7 + 0.16 * fuzz;
    }
    color = averaged(apply_haze(lit, sky, ray, surface.r, haze));
}
