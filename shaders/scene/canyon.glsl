// The canyon: sandstone walls with strata, far mesas and the desert floor.
// Domain: world points in metres, y up, the camera near the origin looking along +z.
// Distances are bounds, so marchers scale their steps. Source: original.

struct Canyon {
    vec2 offset;    // where in the noise tile this canyon lies
    float side;     // +1: the high wall is on the right
    float width;    // metres from the axis to the high wall at the camera
    float bend;     // metres the axis swings
    float height;   // metres of the high wall
    float dip;      // tilt of the strata, metres a metre
};

// Height along the strata, metres: beds are tilted and slightly warped.
float strata_height(Canyon c, vec3 p, float warp) {
    return p.y + c.dip * (p.x * c.side + 0.4 * p.z) + 5.0 * (warp - 0.5);
}

float floor_height(sampler2D tile, Canyon c, vec2 xz) {
    float dunes = textureLod(tile, xz * (1.0 / 110.0) + c.offset, 0.0).x - 0.5;
    float grade = smoothstep(12.0, 60.0, xz.y);
    return dunes * 2.2 * grade;
}

// How far into the rock a plan position lies, and the height of the rim there; metres.
vec2 canyon_plan(Canyon c, vec3 p, vec4 plan) {
    float axis = c.bend * sin(p.z * 0.011 + c.offset.x * 6.0) - 6.0 * c.side;
    float across = (p.x - axis) * c.side;
    float high = step(0.0, across);
    float reach = mix(c.width * 1.9 + 0.20 * p.z, c.width + 0.075 * p.z, high);
    float opening = max(p.z - 330.0, 0.0) * 0.7 + max(30.0 - p.z, 0.0) * 1.5;
    float into = abs(across) - reach - opening + (plan.x - 0.5) * 52.0 + (plan.w - 0.62) * 20.0;
    float top = mix(0.62, 1.0, high) * c.height * (0.60 + 0.80 * plan.y);
    return vec2(into, top);
}

// Face of the wall at a height: talus at the foot, a bench half-way up; metres into the rock.
float canyon_face(Canyon c, float height, float warp) {
    float talus = -15.0 * exp(-max(height, 0.0) * 0.20);
    float bench = 8.0 * smoothstep(0.50, 0.56, height / c.height + 0.3 * (warp - 0.5));
    return talus + 0.10 * height + bench;
}

// Bound of the distance to the walls without their relief, for shadows and occlusion.
float canyon_mass(sampler2D tile, Canyon c, vec3 p) {
    vec4 plan = textureLod(tile, p.xz * (1.0 / 260.0) + c.offset, 1.0);
    vec2 rock = canyon_plan(c, p, plan);
    return max(canyon_face(c, p.y, plan.y) - rock.x, p.y - rock.y);
}

// Bound of the distance to the walls; lod blurs the relief for far points.
float canyon_distance(sampler2D tile, Canyon c, vec3 p, float lod) {
    vec4 plan = textureLod(tile, p.xz * (1.0 / 260.0) + c.offset, lod);
    vec2 rock = canyon_plan(c, p, plan);
    float bed = strata_height(c, p, plan.y);
    vec4 beds = textureLod(tile, vec2(0.37 + c.offset.y, bed * (1.0 / 85.0)), lod);
    vec2 side = vec2(p.z + 0.45 * p.x, p.y + 0.25 * p.x);
    vec4 fine = textureLod(tile, side * (1.0 / 38.0), lod);
    float ledges = 5.0 * (beds.x - 0.5) + 2.6 * smoothstep(0.45, 0.53, beds.y);
    float setback = canyon_face(c, p.y, plan.y) + ledges;
    setback += (3.4 * (fine.w - 0.62) + 2.0 * (fine.x - 0.5)) * smoothstep(1.0, 8.0, p.y);
    return smooth_intersection(setback - rock.x, p.y - rock.y - 2.0 * fine.x, 3.0);
}

// Bound of the distance to the mesas of the horizon, 400 m to 6 km away.
float mesa_distance(sampler2D tile, Canyon c, vec3 p) {
    vec4 plan = textureLod(tile, p.xz * (1.0 / 3000.0) + c.offset.yx + 0.31, 0.0);
    vec4 beds = textureLod(tile, vec2(0.61 + c.offset.y, p.y * (1.0 / 340.0)), 1.0);
    float near = 380.0 * smoothstep(1100.0, 500.0, p.z);
    float into = (plan.x - 0.55) * 1400.0 - near + 130.0 * (plan.w - 0.6);
    float top = 95.0 + 170.0 * (plan.y - 0.5) + 0.035 * p.z;
    float setback = -90.0 * exp(-max(p.y, 0.0) * 0.028) + 22.0 * (beds.x - 0.5) + 0.16 * p.y;
    return smooth_intersection(setback - into, p.y - top, 12.0);
}
