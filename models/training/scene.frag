// Ray-casts boxes, ellipsoids, capsules and a ground plane with textures, one light, shadow and fog.
// Domain: primitives in metres, y up. Range: colour linear RGB >= 0; depth in metres along the view axis, 0 = sky.
#version 330

uniform sampler2D primitives;   // 5 texels per row: see scenes.py, Primitive
uniform ivec3 ends;             // rows [0, x) boxes, [x, y) ellipsoids, [y, z) capsules
uniform vec2 tan_half_fov;
uniform vec3 eye;
uniform mat3 camera;            // columns: right, up, forward
uniform vec3 light;             // unit direction to the sun, or the lamp's position
uniform vec4 light_colour;      // rgb; a = 1 lamp, 0 sun
uniform vec3 ambient;
uniform vec4 ground[2];         // colour a + texture kind, colour b + texture scale; kind < 0: no ground
uniform vec3 sky[2];            // horizon, zenith
uniform vec4 fog;               // colour, density per metre
uniform float clouds;           // 0 none .. 1 covered
in vec2 uv;                     // -1..1
layout(location = 0) out vec4 colour;
layout(location = 1) out float depth;

const float FAR = 1.0e6;

float hash(vec3 p) {
    p = fract(p * vec3(0.1031, 0.1030, 0.0973));
    p += dot(p, p.yxz + 33.33);
    return fract((p.x + p.y) * p.z);
}

float value_noise(vec3 p) {
    vec3 i = floor(p), f = fract(p);
    f = f * f * (3.0 - 2.0 * f);
    vec4 low = vec4(hash(i), hash(i + vec3(1, 0, 0)), hash(i + vec3(0, 1, 0)), hash(i + vec3(1, 1, 0)));
    vec4 high = vec4(hash(i + vec3(0, 0, 1)), hash(i + vec3(1, 0, 1)), hash(i + vec3(0, 1, 1)), hash(i + vec3(1, 1, 1)));
    vec4 z = mix(low, high, f.z);
    vec2 y = mix(z.xy, z.zw, f.y);
    return mix(y.x, y.y, f.x);
}

float fractal_noise(vec3 p) {
    return 0.5 * value_noise(p) + 0.25 * value_noise(2.03 * p) + 0.15 * value_noise(4.1 * p) + 0.1 * value_noise(8.2 * p);
}

vec3 turn(vec3 v, float angle) {
    float c = cos(angle), s = sin(angle);
    return vec3(c * v.x - s * v.z, v.y, s * v.x + c * v.z);
}

// Nearest positive hit of an axis-aligned box at the origin; from inside, the far wall.
float hit_box(vec3 o, vec3 d, vec3 half_size, bool hollow, out vec3 normal) {
    vec3 inv = 1.0 / (d + vec3(equal(d, vec3(0.0))) * 1e-9);
    vec3 a = (-half_size * sign(inv) - o) * inv;
    vec3 b = (half_size * sign(inv) - o) * inv;
    float t0 = max(max(a.x, a.y), a.z), t1 = min(min(b.x, b.y), b.z);
    normal = -sign(d) * step(a.yzx, a) * step(a.zxy, a);
    if (hollow) {
        normal = -sign(d) * step(b, b.yzx) * step(b, b.zxy);
        return t1 > 0.0 && t0 < t1 ? t1 : FAR;
    }
    return t0 > 0.0 && t0 < t1 ? t0 : FAR;
}

vec2 hit_ellipsoid(vec3 o, vec3 d, vec3 radii) {
    o /= radii;
    d /= radii;
    float a = dot(d, d), b = dot(o, d), c = dot(o, o) - 1.0, q = b * b - a * c;
    return q < 0.0 ? vec2(FAR) : (vec2(-b) + vec2(-1.0, 1.0) * sqrt(q)) / a;
}

float hit_capsule(vec3 o, vec3 d, vec3 axis, float radius, out vec3 normal) {
    float length2 = dot(axis, axis), ad = dot(axis, d), ao = dot(axis, o);
    float a = length2 - ad * ad, b = length2 * dot(o, d) - ao * ad;
    float c = length2 * dot(o, o) - ao * ao - radius * radius * length2;
    float q = b * b - a * c, t = FAR;
    if (q >= 0.0 && a > 1e-9) {
        float s = (-b - sqrt(q)) / a, along = ao + s * ad;
        if (along > 0.0 && along < length2) { t = s; }
        else {
            vec3 e = along <= 0.0 ? o : o - axis;
            float eb = dot(e, d), r = eb * eb - dot(e, e) + radius * radius;
            if (r > 0.0) { t = -eb - sqrt(r); }
        }
    }
    vec3 p = o + t * d;
    normal = (p - axis * clamp(dot(p, axis) / length2, 0.0, 1.0)) / radius;
    return t > 0.0 ? t : FAR;
}

vec4 texel(int row, int column) { return texelFetch(primitives, ivec2(column, row), 0); }

// Leaves: holes in a surface, cut where the noise is low.
bool is_hole(vec3 p, float holes, float seed) { return holes > 0.0 && value_noise(p * 9.0 + seed) < holes; }

float nearest(vec3 o, vec3 d, bool shadow, out int row, out vec3 normal) {
    float best = FAR;
    vec3 n;
    row = -1;
    for (int i = 0; i < ends.x; ++i) {
        vec4 place = texel(i, 0), size = texel(i, 1);
        bool hollow = place.w > 0.5;
        if (hollow && shadow) { continue; }
        float t = hit_box(turn(o - place.xyz, size.w), turn(d, size.w), size.xyz, hollow, n);
        if (t < best) { best = t; row = i; normal = turn(n, -size.w); }
    }
    for (int i = ends.x; i < ends.y; ++i) {
        vec4 place = texel(i, 0), size = texel(i, 1);
        vec3 oo = turn(o - place.xyz, size.w), dd = turn(d, size.w);
        vec2 t = hit_ellipsoid(oo, dd, size.xyz);
        float pick = t.x > 0.0 ? t.x : FAR;
        vec4 extra = texel(i, 4);
        if (pick < best && extra.x > 0.0 && is_hole(oo + pick * dd, extra.x, extra.y)) {
            pick = is_hole(oo + t.y * dd, extra.x, extra.y) ? FAR : t.y;
        }
        if (pick < best) {
            best = pick;
            row = i;
            normal = turn(normalize((oo + pick * dd) / (size.xyz * size.xyz)), -size.w);
        }
    }
    for (int i = ends.y; i < ends.z; ++i) {
        vec4 place = texel(i, 0), axis = texel(i, 1);
        float t = hit_capsule(o - place.xyz, d, axis.xyz, axis.w, n);
        if (t < best) { best = t; row = i; normal = n; }
    }
    if (ground[0].w >= 0.0 && d.y < -1e-5) {
        float t = -o.y / d.y;
        if (t > 0.0 && t < best && t < 2000.0) { best = t; row = -2; normal = vec3(0.0, 1.0, 0.0); }
    }
    return best;
}

vec3 pattern(vec3 p, vec3 n, vec3 a, float kind, vec3 b, float scale) {
    vec3 q = p * scale;
    vec2 s = abs(n.y) > 0.7 ? q.xz : (abs(n.x) > 0.7 ? q.zy : q.xy);
    float w = 0.0;
    if (kind < 0.5) { w = 0.15 * fractal_noise(q * 3.0); }
    else if (kind < 1.5) { w = step(0.5, fract(s.x)); }
    else if (kind < 2.5) { w = step(0.5, fract(0.5 * (floor(s.x) + floor(s.y)))); }
    else if (kind < 3.5) { w = fractal_noise(q); }
    else if (kind < 4.5) {
        vec2 brick = s * vec2(1.0, 2.0);
        brick.x += 0.5 * mod(floor(brick.y), 2.0);
        w = 0.85 * step(0.08, fract(brick.x)) * step(0.12, fract(brick.y)) + 0.15 * hash(vec3(floor(brick), 1.0));
    }
    else if (kind < 5.5) {
        vec2 f = fract(s);
        w = step(0.25, f.x) * step(f.x, 0.8) * step(0.2, f.y) * step(f.y, 0.85) * (0.6 + 0.4 * hash(vec3(floor(s), 2.0)));
    }
    else if (kind < 6.5) { w = smoothstep(0.45, 0.55, fractal_noise(q * 1.5)); }
    else { w = fract(6.0 * fractal_noise(q * vec3(0.3, 0.3, 2.0))); }
    return mix(a, b, w);
}

vec3 sky_colour(vec3 d) {
    float up = clamp(d.y, 0.0, 1.0);
    vec3 c = mix(sky[0], sky[1], pow(up, 0.5));
    float puff = fractal_noise(vec3(d.xz / (0.15 + up) * 1.5, clouds * 7.0));
    return mix(c, vec3(max(sky[0].r, max(sky[0].g, sky[0].b))), smoothstep(0.75 - 0.6 * clouds, 0.9 - 0.4 * clouds, puff) * step(0.01, clouds));
}

void main() {
    vec3 d = normalize(camera * vec3(uv * tan_half_fov, 1.0));
    int row, blocker;
    vec3 normal, unused;
    float t = nearest(eye, d, false, row, normal);
    if (row == -1) {
        colour = vec4(mix(sky_colour(d), fog.rgb, fog.w > 0.02 ? 1.0 - max(d.y, 0.0) : 0.0), 1.0);
        depth = 0.0;
        return;
    }
    vec3 p = eye + t * d;
    vec4 a = row == -2 ? ground[0] : texel(row, 2), b = row == -2 ? ground[1] : texel(row, 3);
    vec4 extra = row == -2 ? vec4(0.0) : texel(row, 4);
    vec3 local = row == -2 ? p : p - texel(row, 0).xyz;
    if (row >= 0 && row < ends.y) { local = turn(local, texel(row, 1).w); }
    vec3 albedo = pattern(local + extra.y, row < ends.y && row >= 0 ? turn(normal, texel(row, 1).w) : normal, a.rgb, a.w, b.rgb, b.w);
    vec3 to_light = light_colour.a > 0.5 ? light - p : light;
    float distance_to_light = length(to_light);
    to_light /= distance_to_light;
    float lit = max(dot(normal, to_light), 0.0);
    if (lit > 0.0) {
        float block = nearest(p + 2e-3 * normal, to_light, true, blocker, unused);
        if (block < (light_colour.a > 0.5 ? distance_to_light : FAR * 0.5)) { lit = 0.0; }
    }
    if (light_colour.a > 0.5) { lit *= 6.0 / (1.0 + distance_to_light * distance_to_light); }
    float gloss = extra.w * pow(max(dot(reflect(d, normal), to_light), 0.0), 24.0) * step(1e-4, lit);
    vec3 c = albedo * (light_colour.rgb * lit + ambient * (0.65 + 0.35 * normal.y)) + gloss * light_colour.rgb + extra.z * albedo;
    colour = vec4(mix(fog.rgb, c, exp(-fog.w * t)), 1.0);
    depth = t * dot(d, camera[2]);
}
