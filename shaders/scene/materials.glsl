// Surface colours of rock, sand, plants, skin, hair and cloth, scene-linear Rec.709 reflectance.
// Domain: metres; `blur` is the tile's level of detail, so that far texture fades, not flickers.
// Source: original; skin and rock are near published reflectances (skin 0.2 to 0.6, sandstone 0.3).

vec3 sandstone(sampler2D tile, Canyon c, vec3 p, vec3 normal, float blur, vec3 warm, vec3 pale) {
    vec4 plan = textureLod(tile, p.xz * (1.0 / 260.0) + c.offset, max(blur - 3.0, 0.0));
    float bed = strata_height(c, p, plan.y);
    vec4 broad = textureLod(tile, vec2(0.37 + c.offset.y, bed * (1.0 / 85.0)), max(blur - 1.5, 0.0));
    vec4 thin = textureLod(tile, vec2(0.83, bed * (1.0 / 15.0)), blur + 0.8);
    vec2 face = vec2(p.z + 0.45 * p.x, p.y);
    vec4 grain = textureLod(tile, face * (1.0 / 9.0), blur + 1.6);
    vec4 gravel = textureLod(tile, p.xz * (1.0 / 8.0), blur + 1.8);
    grain = mix(grain, gravel, smoothstep(0.35, 0.7, normal.y));
    vec4 streak = textureLod(tile, vec2(face.x * (1.0 / 22.0), p.y * (1.0 / 240.0)), max(blur - 0.3, 0.0));
    vec3 deep = warm * vec3(0.60, 0.46, 0.42);
    vec3 color = mix(deep, warm, smoothstep(0.34, 0.62, broad.x));
    color = mix(color, pale, 0.75 * smoothstep(0.52, 0.66, broad.y) + 0.28 * (thin.y - 0.5));
    color *= 0.70 + 0.60 * thin.x;
    color *= 0.72 + 0.56 * grain.x;
    float varnish = smoothstep(0.55, 0.75, streak.x) * (1.0 - smoothstep(0.1, 0.6, abs(normal.y)));
    color = mix(color, color * vec3(0.36, 0.32, 0.34), 0.75 * varnish);
    float sandy = smoothstep(0.55, 0.85, normal.y);
    return mix(color, mix(warm, pale, 0.45) * (0.55 + 0.8 * grain.y), 0.8 * sandy);
}

vec3 sand(sampler2D tile, vec2 xz, float blur, vec3 warm, vec3 pale) {
    vec4 broad = textureLod(tile, xz * (1.0 / 37.0), max(blur - 2.5, 0.0));
    vec4 patches = textureLod(tile, xz * (1.0 / 7.0), max(blur - 0.5, 0.0));
    vec4 grit = textureLod(tile, xz * (1.0 / 0.9), blur + 2.5);
    vec3 color = mix(warm, pale, 0.35 + 0.5 * smoothstep(0.35, 0.65, broad.x));
    color *= 0.62 + 0.76 * patches.y;
    return color * (0.66 + 0.68 * grit.x);
}

vec3 shrub(sampler2D tile, vec3 q, float tint) {
    vec4 n = 0.5 * (textureLod(tile, q.xy * 0.9 + tint, 0.0) + textureLod(tile, q.zy * 0.9, 0.0));
    vec3 leaf = mix(vec3(0.175, 0.170, 0.105), vec3(0.330, 0.285, 0.175), tint);
    float core = smoothstep(0.35, 0.95, length(q)); // dark twigs within, leaves at the tips
    return leaf * (0.15 + 1.5 * n.x * core);
}

vec3 skin_color(sampler2D tile, vec3 q, vec3 tone) {
    vec4 n = textureLod(tile, vec2(q.x + 0.3 * q.z, q.y) * 4.0, 1.5);
    vec2 cheekbone = vec2(abs(q.x) - 0.040, q.y - 1.592);
    float cheek = exp(-900.0 * dot(cheekbone, cheekbone));
    float lips = smoothstep(0.0125, 0.007, abs(q.y - 1.5565)) * smoothstep(0.028, 0.018, abs(q.x)) *
                 smoothstep(0.070, 0.082, q.z);
    float mouth = smoothstep(0.0022, 0.0008, abs(q.y - 1.5572)) * smoothstep(0.025, 0.016, abs(q.x)) *
                  smoothstep(0.070, 0.082, q.z);
    vec2 arc = vec2(abs(q.x) - 0.033, q.y - 1.6615 + 9.0 * (abs(q.x) - 0.026) * (abs(q.x) - 0.026));
    float brow = smoothstep(0.0045, 0.0015, abs(arc.y)) * smoothstep(0.022, 0.014, abs(arc.x)) *
                 smoothstep(0.03, 0.05, q.z);
    vec3 color = tone * (0.90 + 0.20 * n.x) * (1.0 - 0.72 * brow);
    color = mix(color, tone * vec3(1.04, 0.78, 0.74), 0.45 * cheek);
    color = mix(color, tone * vec3(0.82, 0.45, 0.45), 0.75 * lips);
    return color * (1.0 - 0.55 * mouth);
}

vec3 cloth_color(sampler2D tile, vec3 q, vec3 jacket, vec3 shirt) {
    float opening = 0.016 + 0.30 * max(q.y - 1.27, 0.0);
    float front = smoothstep(0.02, 0.05, q.z);
    float inside = front * smoothstep(opening + 0.004, opening - 0.004, abs(q.x)) * step(1.16, q.y);
    float zip = front * smoothstep(0.0045, 0.0025, abs(abs(q.x) - opening - 0.003));
    vec4 wear = textureLod(tile, vec2(q.x + q.z, q.y) * 1.7, 1.0);
    // Twill: fine diagonal ribs of 4 mm, faint enough not to alias at the subject's distance.
    float rib = 0.5 + 0.5 * sin((q.x + q.z * 0.7 + q.y) * 1570.0);
    vec3 color = mix(jacket * (0.78 + 0.44 * wear.x), shirt * (0.85 + 0.3 * wear.y), inside);
    color *= 0.94 + 0.12 * rib;
    // Chest pockets: a stitched flap on each side.
    float middle = abs(abs(q.x) - 0.105);
    vec2 flap = vec2(middle - 0.045, abs(q.y - 1.262 + 0.16 * middle) - 0.020);
    float stitch = front * smoothstep(0.0035, 0.0010, abs(max(flap.x, flap.y)));
    float under = front * smoothstep(0.016, 0.0, flap.y) * step(0.0, flap.y) * step(flap.x, 0.0) *
                  step(q.y, 1.262);
    color *= 1.0 - 0.45 * stitch - 0.40 * under;
    return mix(color, vec3(0.33, 0.30, 0.26), 0.7 * zip * step(q.y, 1.43) * step(abs(q.x), 0.06));
}
