// The subject: a standing person as one smooth signed distance field, and how the body moves.
// Domain: metres; "body" space has its origin between the feet, y up, the face towards +z.
// Source: original; proportions follow a 1.75 m figure of seven and a half heads.

struct Subject {
    vec3 place;         // world point between the feet
    float hair;         // 0 cropped .. 1 to the shoulders
    float bun;          // 0 none .. 1
    float bulk;         // 0.9 slim .. 1.1 broad
    float collar;       // height of the collar, metres
    vec3 arm;           // left elbow out, right elbow out, forearm forward, metres
};

// The body at one moment; the movements' sines are uniform, so they come ready made.
struct Pose {
    vec2 turn;          // cosine and sine of the body's turn
    vec2 lean;          // metres to the side and forwards for each metre of height
    float breath;       // metres the chest stands out
    float head_turn;    // tangent of half the head's turn against the body
    float nod;          // radians
};

// World point to body point: stance, sway, breathing, head turn and nod.
vec3 subject_body_point(Subject s, Pose pose, vec3 world) {
    vec3 q = world - s.place;
    q.xz = vec2(-pose.turn.x * q.x + pose.turn.y * q.z, -pose.turn.y * q.x - pose.turn.x * q.z);
    float height = q.y;
    q.xz -= pose.lean * height;
    float chest = smoothstep(0.95, 1.25, height) * smoothstep(1.45, 1.30, height);
    q.z -= pose.breath * chest * smoothstep(-0.05, 0.10, q.z);
    float head = smoothstep(1.42, 1.56, height);
    // A rotation by way of the tangent of the half angle, which needs no sine.
    float half_tangent = head * pose.head_turn;
    float square = half_tangent * half_tangent;
    vec2 turn = vec2(1.0 - square, 2.0 * half_tangent) / (1.0 + square);
    q.xz = vec2(turn.x * q.x - turn.y * q.z, turn.y * q.x + turn.x * q.z);
    q.yz += head * pose.nod * vec2(-q.z, q.y - 1.50);
    return q;
}

// Where the body point of `world` at a pose is in the world at a later pose. The movements are
// small, so the inverse is a fixed point found to float precision in a few rounds.
vec3 subject_moved(Subject s, Pose pose, Pose later, vec3 world) {
    vec3 body = subject_body_point(s, pose, world);
    vec3 moved = world;
    float head = smoothstep(1.42, 1.56, world.y);
    float angle = -atan(later.turn.y, later.turn.x) - head * 2.0 * atan(later.head_turn);
    for (int k = 0; k < 6; k++) {
        vec3 miss = body - subject_body_point(s, later, moved);
        miss.xz = -rotate(miss.xz, angle);
        moved += miss;
    }
    return moved;
}

float skin_distance(vec3 q) {
    vec3 m = vec3(abs(q.x), q.yz);
    float d = sd_ellipsoid(q - vec3(0.0, 1.632, -0.004), vec3(0.075, 0.098, 0.094));
    d = smooth_union(d, sd_ellipsoid(q - vec3(0.0, 1.572, 0.030), vec3(0.056, 0.066, 0.060)), 0.05);
    d = smooth_union(d, sd_ellipsoid(q - vec3(0.0, 1.524, 0.066), vec3(0.024, 0.018, 0.020)), 0.03);
    d = smooth_union(d, sd_ellipsoid(m - vec3(0.040, 1.594, 0.062), vec3(0.022, 0.020, 0.020)), 0.03);
    d = smooth_union(d, sd_limb(q, vec3(0.0, 1.634, 0.085), vec3(0.0, 1.592, 0.108), 0.007, 0.0105), 0.016);
    d = smooth_union(d, sd_ellipsoid(m - vec3(0.010, 1.588, 0.098), vec3(0.010, 0.008, 0.010)), 0.010);
    d = smooth_union(d, sd_ellipsoid(q - vec3(0.0, 1.5625, 0.089), vec3(0.022, 0.0062, 0.010)), 0.008);
    d = smooth_union(d, sd_ellipsoid(q - vec3(0.0, 1.5515, 0.087), vec3(0.019, 0.0070, 0.010)), 0.008);
    d = smooth_union(d, sd_ellipsoid(m - vec3(0.078, 1.615, -0.012), vec3(0.010, 0.031, 0.019)), 0.010);
    d = smooth_union(d, sd_limb(q, vec3(0.0, 1.36, -0.022), vec3(0.0, 1.56, -0.012), 0.058, 0.050), 0.035);
    return d;
}

float hair_distance(Subject s, vec3 q, float strands) {
    float cap = sd_ellipsoid(q - vec3(0.0, 1.648, -0.018), vec3(0.088, 0.099, 0.102));
    // The hairline: a plane over the brow, leaning back towards the ears.
    float face = dot(q - vec3(0.0, 1.678, 0.062), normalize(vec3(0.0, -0.62, 0.78)));
    face = max(face, dot(q - vec3(0.0, 1.60, 0.005), normalize(vec3(0.0, -0.35, 0.94))) );
    float d = smooth_intersection(cap, face, 0.022);
    vec3 m = vec3(abs(q.x), q.yz);
    float tip = mix(1.56, 1.36, s.hair);
    float fall = sd_limb(m, vec3(0.040, 1.63, -0.050), vec3(0.066, tip, -0.058),
                         mix(0.030, 0.052, s.hair), mix(0.022, 0.034, s.hair));
    d = smooth_union(d, fall, 0.04);
    float bun = sd_ellipsoid(q - vec3(0.0, 1.700, -0.118), vec3(0.045, 0.042, 0.040) * max(s.bun, 0.05));
    d = smooth_union(d, bun, 0.02);
    return d + 0.012 * (strands - 0.5);
}

float glasses_distance(vec3 q) {
    vec3 m = vec3(abs(q.x), q.yz);
    vec3 lens = m - vec3(0.034, 1.628, 0.092);
    lens.xz = rotate(lens.xz, 0.28);
    lens.y += 0.12 * lens.x;
    float rim = sd_box(vec3(lens.xy, 0.0), vec3(0.030, 0.0235, 0.02), 0.0150);
    float d = smooth_intersection(rim, abs(lens.z + 2.2 * dot(lens.xy, lens.xy)) - 0.0034, 0.004);
    d = min(d, sd_limb(m, vec3(0.0, 1.637, 0.100), vec3(0.012, 1.636, 0.097), 0.0028, 0.0028));
    return min(d, sd_limb(m, vec3(0.064, 1.640, 0.083), vec3(0.082, 1.632, -0.010), 0.0030, 0.0028));
}

float jacket_distance(Subject s, vec3 q, float folds) {
    vec3 m = vec3(abs(q.x), q.yz);
    float d = sd_ellipsoid(q - vec3(0.0, 1.190, -0.010), vec3(0.190 * s.bulk, 0.300, 0.128));
    d = smooth_union(d, sd_ellipsoid(q - vec3(0.0, 0.90, 0.0), vec3(0.180 * s.bulk, 0.34, 0.130)), 0.08);
    vec3 shoulder = vec3(0.175 * s.bulk, 1.395, -0.024);
    d = smooth_union(d, sd_limb(m, vec3(0.030, 1.455, -0.030), shoulder, 0.045, 0.062), 0.06);
    float left = step(0.0, q.x);
    vec3 elbow = vec3(mix(s.arm.y, s.arm.x, left), 1.115, -0.045);
    vec3 hand = vec3(0.165, 0.935, s.arm.z);
    float arm = sd_limb(m, vec3(0.198 * s.bulk, 1.375, -0.024), elbow, 0.064, 0.051);
    arm = smooth_union(arm, sd_limb(m, elbow, hand, 0.051, 0.044), 0.03);
    d = smooth_union(d, arm, 0.035);
    // The collar: a leaning ring, open at the throat.
    vec3 c = q - vec3(0.0, 1.452 + 0.30 * s.collar - 0.10 * q.z, -0.020);
    c.y -= 0.25 * c.z * 0.4;
    float ring = length(c.xz * vec2(1.0, 0.94)) - 0.084 - 0.10 * c.y;
    float collar = max(abs(ring) - 0.010, abs(c.y) - s.collar);
    collar = smooth_intersection(collar, -(0.055 - m.x * 0.9 - 0.055 * step(q.z, 0.0)), 0.012);
    collar = max(collar, 0.02 - m.x - max(-q.z, 0.0) * 4.0);
    d = smooth_union(d, collar - 0.006, 0.022);
    return d + folds;
}

// Large creases of the cloth, metres: gathered at the elbows and the waist.
float cloth_folds(sampler2D tile, vec3 q) {
    vec4 n = textureLod(tile, vec2(q.x * 0.9 + q.z * 0.8, q.y * 0.55), 1.0);
    float elbow = exp(-24.0 * abs(q.y - 1.11)) * smoothstep(0.14, 0.24, abs(q.x));
    float waist = exp(-10.0 * abs(q.y - 0.99));
    float crease = sin(q.y * 95.0 + 9.0 * n.x + 20.0 * q.x) * (0.0040 * elbow + 0.0022 * waist);
    vec4 wrinkle = textureLod(tile, vec2(q.x * 1.6 - q.z * 1.3, q.y * 1.1 + q.x * 0.8), 1.0);
    float seam = exp(-pow((abs(q.x) - 0.178 - 0.25 * (1.38 - q.y)) * 220.0, 2.0)) * step(1.24, q.y);
    return crease + 0.034 * (n.w - 0.62) + 0.012 * (n.x - 0.5) + 0.012 * (wrinkle.w - 0.62) +
           0.0030 * seam;
}

// Strands of hair, 0..1: noise drawn out along the fall of the hair.
float hair_strands(sampler2D tile, vec3 q) {
    float around = atan(q.x, q.z + 0.018) * 0.45;
    vec4 n = textureLod(tile, vec2(around * 2.2 + 0.15 * q.y, q.y * 0.42), 0.0);
    return n.x * 0.6 + n.y * 0.4;
}

// The whole person; folds and strands 0 and 0.5 give the plain body.
float subject_distance(Subject s, vec3 q, float folds, float strands) {
    float d = min(skin_distance(q), jacket_distance(s, q, folds));
    return min(min(d, hair_distance(s, q, strands)), glasses_distance(q));
}

float subject_detail_distance(sampler2D tile, Subject s, vec3 q) {
    return subject_distance(s, q, cloth_folds(tile, q), hair_strands(tile, q));
}
