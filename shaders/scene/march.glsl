// Marchers: the distance along a unit ray to each kind of surface, FAR where there is none.
// Domain: metres. Steps are shorter than the distance bounds, which are not Lipschitz 1.
// Source: sphere tracing (Hart, The Visual Computer 12, 1996).

const float FAR = 1.0e9;
const float MESA_END = 7000.0; // metres; the last mesas end before it

// First point of the cone around the ray, `spread` metres wide a metre, that may touch the person.
float march_subject_cone(Subject s, Pose pose, vec3 origin, vec3 ray, float spread, float t) {
    float end = t + 2.4;
    for (int k = 0; k < 40; k++) {
        vec3 q = subject_body_point(s, pose, origin + ray * t);
        // 0.02 covers the folds and strands that the plain body lacks.
        float d = subject_distance(s, q, 0.0, 0.5) - 0.02 - spread * t;
        if (d < 0.0 || t > end) break;
        t += 0.85 * d + 0.002;
    }
    return t > end ? FAR : t;
}

float march_subject(sampler2D tile, Subject s, Pose pose, vec3 origin, vec3 ray, float t) {
    float end = t + 1.5;
    float d = FAR;
    for (int k = 0; k < 72; k++) {
        vec3 q = subject_body_point(s, pose, origin + ray * t);
        d = subject_detail_distance(tile, s, q);
        if (d < 0.0002 || t > end) break;
        t += 0.72 * d;
    }
    return d < 0.003 ? t : FAR; // a ray that runs out of steps along the body has met it
}

float march_floor(sampler2D tile, Canyon c, vec3 origin, vec3 ray) {
    if (ray.y > -0.0004) return FAR;
    float t = origin.y / -ray.y;
    for (int k = 0; k < 5; k++) {
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
        if (d < 0.0 || t > end) break;
        t += d + 0.002 * t;
    }
    return t > end ? FAR : t;
}

float march_canyon(sampler2D tile, Canyon c, vec3 origin, vec3 ray, float t, float end) {
    float d = FAR;
    for (int k = 0; k < 110; k++) {
        float lod = max(log2(t * 0.010), 0.0);
        d = canyon_distance(tile, c, origin + ray * t, lod);
        if (d < 0.0008 * t || t > end) break;
        // Steps grow with their number, so that a ray along a face gets past it.
        t += max(0.42 * d, 0.0005 * t * (1.0 + 0.06 * float(k)));
    }
    return d < 0.02 * t && t < end ? t : FAR; // as for the body
}

// First point of the cone around the ray, `spread` metres wide a metre, that may touch a mesa.
float march_mesas_cone(sampler2D tile, Canyon c, vec3 origin, vec3 ray, float spread) {
    float t = 420.0;
    for (int k = 0; k < 80; k++) {
        float d = 0.5 * mesa_distance(tile, c, origin + ray * t) - spread * t;
        if (d < 0.0 || t > MESA_END) break;
        t += d + 0.001 * t;
    }
    return t > MESA_END ? FAR : t;
}

float march_mesas(sampler2D tile, Canyon c, vec3 origin, vec3 ray, float t) {
    for (int k = 0; k < 60; k++) {
        float d = mesa_distance(tile, c, origin + ray * t);
        if (d < 0.0006 * t) return t;
        t += max(0.5 * d, 0.003 * t);
        if (t > MESA_END) break;
    }
    return FAR;
}

// Distance along the ray to where it leaves the cell of props at p.
float prop_cell_exit(vec3 p, vec3 ray) {
    vec2 pace = 1.0 / max(abs(ray.xz), vec2(1e-4)); // rays along an axis never cross its cells
    vec2 inside = p.xz / PROP_CELL - floor(p.xz / PROP_CELL);
    vec2 ahead = mix(inside, 1.0 - inside, step(0.0, ray.xz)) * PROP_CELL * pace;
    return min(ahead.x, ahead.y) + 0.004;
}

// First point of the cone around the ray, `spread` metres wide a metre, that may touch a prop.
float march_props_cone(sampler2D tile, Canyon c, vec3 origin, vec3 ray, float spread) {
    float t = ray.y < 0.0 ? max((origin.y - 1.9) / -ray.y, 4.0) : 4.0;
    for (int k = 0; k < 80; k++) {
        vec3 p = origin + ray * t;
        if (p.y < -1.5) return FAR; // below all dunes
        Prop prop = prop_at(tile, c, p.xz);
        float bound = length(p - prop.centre) - PROP_RELIEF * max(prop.radii.x, prop.radii.z);
        float d = prop.kind > 0.5 ? bound - spread * t : FAR;
        if (d < 0.0 || t > PROP_END) break;
        t += min(d + 0.01, prop_cell_exit(p, ray));
    }
    return t > PROP_END ? FAR : t;
}

// From t on; `end` is where the floor or a wall stops the ray.
float march_props(sampler2D tile, Canyon c, vec3 origin, vec3 ray, float t, float end) {
    for (int k = 0; k < 48; k++) {
        vec3 p = origin + ray * t;
        Prop prop = prop_at(tile, c, p.xz);
        float d = prop.kind > 0.5 ? prop_distance(tile, prop, p) : FAR;
        if (d < 0.0006 * t) return t;
        t += min(max(0.6 * d, 0.0004 * t), prop_cell_exit(p, ray));
        if (t > end) break;
    }
    return FAR;
}

// Share of the sun that passes the canyon walls, 0..1, with a soft edge.
float canyon_shadow(sampler2D tile, Canyon c, vec3 point, vec3 sun) {
    float light = 1.0;
    float t = 1.5;
    for (int k = 0; k < 15; k++) {
        float d = canyon_mass(tile, c, point + sun * t);
        light = min(light, 0.5 + 9.0 * d / t);
        if (light < 0.0) break;
        t += max(0.6 * d, 1.5 + 0.07 * t);
        if (t > 180.0) break;
    }
    return smoothstep(0.0, 1.0, light);
}

float subject_shadow(Subject s, Pose pose, vec3 point, vec3 sun) {
    float light = 1.0;
    float t = 0.012;
    for (int k = 0; k < 11; k++) {
        vec3 q = subject_body_point(s, pose, point + sun * t);
        float d = subject_distance(s, q, 0.0, 0.5);
        light = min(light, 0.5 + 14.0 * d / t);
        if (light < 0.0) break;
        t += max(0.9 * d, 0.014);
        if (t > 0.6) break;
    }
    return smoothstep(0.0, 1.0, light);
}

// Where a ray may start by the cones of its block and the blocks around it. The bounds are not
// exact, so a block also starts where its neighbours do. FAR only if all of them are.
float cone_start(sampler2D cones, vec2 place) {
    ivec2 own = ivec2(place);
    ivec2 last = textureSize(cones, 0) - 1;
    float nearest = FAR;
    for (int k = 0; k < 9; k++) {
        ivec2 near = clamp(own + ivec2(k % 3 - 1, k / 3 - 1), ivec2(0), last); // the border repeats
        nearest = min(nearest, texelFetch(cones, near, 0).r);
    }
    return nearest < FAR ? 0.985 * nearest : FAR;
}
