// Stones and shrubs of the desert floor: at most one in each square cell.
// Domain: world points in metres. Source: original.

const float PROP_CELL = 2.3; // metres; props keep inside their cell, so one look-up is enough
const float PROP_RELIEF = 1.4;  // how far the relief may carry a prop beyond its ellipsoid
const float PROP_END = 75.0;    // metres; beyond it props are less than a pixel or two

struct Prop {
    vec3 centre;
    vec3 radii;
    float kind;     // 0 nothing, 1 stone, 2 shrub
    float tint;
};

Prop prop_at(sampler2D tile, Canyon c, vec2 xz) {
    ivec2 cell = ivec2(floor(xz / PROP_CELL));
    uint salt = uint(c.offset.x * 4096.0);
    vec3 h = hash_vec3(cell, salt);
    vec3 g = hash_vec3(cell, salt + 7u);
    float kind = h.z < 0.42 ? 0.0 : (h.z < 0.80 ? 1.0 : 2.0);
    float size = kind < 1.5 ? 0.08 + 0.42 * g.x * g.x * g.x : 0.22 + 0.30 * g.x;
    vec3 radii = size * (kind < 1.5 ? vec3(1.15, 0.55 + 0.4 * g.y, 0.9) : vec3(1.0, 0.80, 1.0));
    // The last term is the width of a cone at the end of the props, see march_props_cone.
    vec2 room = vec2(PROP_CELL * 0.5 - PROP_RELIEF * max(radii.x, radii.z) - 0.15);
    vec2 at = (vec2(cell) + 0.5) * PROP_CELL + (h.xy * 2.0 - 1.0) * max(room, 0.0);
    float sink = kind < 1.5 ? 0.25 : 0.55;
    return Prop(vec3(at.x, floor_height(tile, c, at) + radii.y * sink, at.y), radii, kind, g.z);
}

float prop_distance(sampler2D tile, Prop prop, vec3 p) {
    vec3 q = p - prop.centre;
    float d = sd_ellipsoid(q, prop.radii);
    float stone = prop.kind < 1.5 ? 1.0 : 0.0;
    float scale = mix(1.25, 0.40, stone);
    vec4 fine = textureLod(tile, q.xy * scale + prop.tint * 7.0, 0.0);
    fine = 0.5 * (fine + textureLod(tile, q.zy * scale - prop.tint * 5.0, 0.0));
    float relief = mix(2.3 * (fine.x - 0.46) + 0.5 * (fine.z - 0.5),
                       0.5 * (fine.x - 0.5) - 0.8 * (fine.z - 0.62), stone);
    return d + prop.radii.x * max(relief, 1.02 - PROP_RELIEF); // the cone pass relies on it
}
