// Marchers: the distance along a unit ray to each kind of surface, FAR where there is none.
// Domain: metres. Steps are shorter than the distance bounds, which are not Lipschitz 1.
// Source: sphere tracing (Hart, The Visual Computer 12, 1996).

const float FAR = 1.0e9;

// First point of the cone around the ray, `spread` metres wide a metre, that may touch the person.
float march_subject_cone(Subject s, vec3 origin, vec3 ray, float seconds, float spread, float t) {
    float end = t + 2.4;
    for (int k = 0; k < 40; k++) {
        vec3 q = subject_body_point(s, origin + ray * t, seconds);
        // 0.02 covers the folds and strands that the plain body lacks.
        float d = subject_distance(s, q, 0.0, 0.5) - 0.02 - spread * t;
        if (d < 0.0) return t;
        t += 0.85 * d + 0.002;
        if (t > end) break;
    }
    return FAR;
}

float march_subject(sampler2D tile, Subject s, vec3 origin, vec3 ray, float seconds, float t) {
    float end = t + 1.5;
    for (int k = 0; k < 56; k++) {
        vec3 q = subject_body_point(s, origin + ray * t, seconds);
        float d = subject_detail_distance(tile, s, q);
        if (d < 0.0002) return t;
        t += 0.72 * d;
        if (t > end) break;
    }
    return FAR;
}

float march_floor(sampler2D tile, Canyon c, vec3 origin, vec3 ray) {
    if (ray.y > -0.0004) return FAR;
    float t = origin.y / -ray.y;
    for (int k = 0; k < 7; k++) {
        vec3 p = origin + ray * t;
        float fade = smoothstep(900.0, 150.0, t);
        t += 0.8 * (p.y - fade * floor_height(tile, c, p.xz)) / max(-ray.y, 0.03);
    }
    return t;
}

// First point of the cone around the ray, `spread` metres wide a metre, that may touch a wall.
float march_canyon_cone(sampler2D tile, Canyon c, vec3 origin, vec3 ray, float spread, float end) {
    float t = 14.0;
    for (int k = 0; k < 90; k++) {
        float lod = max(log2(t * 0.010), 0.0);
        float d = 0.36 * canyon_distance(tile, c, origin + ray * t, lod) - spread * t;
        if (d < 0.0) return t;
        t += d + 0.002 * t;
        if (t > end) break;
    }
    return t < end ? t : FAR;
}

float march_canyon(sampler2D tile, Canyon c, vec3 origin, vec3 ray, float t, float end) {
    for (int k = 0; k < 64; k++) {
        float lod = max(log2(t * 0.010), 0.0);
        float d = canyon_distance(tile, c, origin + ray * t, lod);
        if (d < 0.0008 * t) break;
        t += max(0.42 * d, 0.0005 * t);
        if (t > end) break;
    }
    return t < end ? t : FAR;
}

float march_mesas(sampler2D tile, Canyon c, vec3 origin, vec3 ray) {
    float t = 420.0;
    for (int k = 0; k < 60; k++) {
        float d = mesa_distance(tile, c, origin + ray * t);
        if (d < 0.0006 * t) return t;
        t += max(0.55 * d, 0.004 * t);
        if (t > 7000.0) break;
    }
    return FAR;
}

// Walks the cells of the floor; `end` is where the floor or a wall stops the ray.
float march_props(sampler2D tile, Canyon c, vec3 origin, vec3 ray, float end) {
    float t = ray.y < 0.0 ? max((origin.y - 1.9) / -ray.y, 4.0) : 4.0;
    end = min(end + 0.6, 75.0);
    vec2 pace = 1.0 / max(abs(ray.xz), vec2(1e-4)); // rays along an axis never cross its cells
    for (int k = 0; k < 72; k++) {
        vec3 p = origin + ray * t;
        vec2 inside = p.xz / PROP_CELL - floor(p.xz / PROP_CELL);
        vec2 ahead = mix(inside, 1.0 - inside, step(0.0, ray.xz)) * PROP_CELL * pace;
        float leave = min(ahead.x, ahead.y) + 0.004;
        Prop prop = prop_at(tile, c, p.xz);
        float d = prop.kind > 0.5 ? prop_distance(tile, prop, p) : FAR;
        if (d < 0.0006 * t) return t;
        t += min(max(0.6 * d, 0.0004 * t), leave);
        if (t > end) break;
    }
    return FAR;
}

// Share of the sun that passes the canyon walls, 0..1, with a soft edge.
float canyon_shadow(sampler2D tile, Canyon c, vec3 point, vec3 sun) {
    float light = 1.0;
    float t = 1.5;
    for (int k = 0; k < 20; k++) {
        float d = canyon_mass(tile, c, point + sun * t);
        light = min(light, 0.5 + 9.0 * d / t);
        if (light < 0.0) break;
        t += max(0.55 * d, 1.2 + 0.05 * t);
        if (t > 180.0) break;
    }
    return smoothstep(0.0, 1.0, light);
}

float subject_shadow(Subject s, vec3 point, vec3 sun, float seconds) {
    float light = 1.0;
    float t = 0.012;
    for (int k = 0; k < 18; k++) {
        vec3 q = subject_body_point(s, point + sun * t, seconds);
        float d = subject_distance(s, q, 0.0, 0.5);
        light = min(light, 0.5 + 14.0 * d / t);
        if (light < 0.0) break;
        t += max(0.85 * d, 0.010);
        if (t > 0.6) break;
    }
    return smoothstep(0.0, 1.0, light);
}
