// Hashes and tileable noise, the raw material of every texture in the scene.
// Domain: any cell or point; results are 0..1. Source: original; the integer mixing is the PCG
// output permutation (M. O'Neill, "PCG", HMC-CS-2014-0905, section 6.3).

uint hash_uint(uint n) {
    uint state = n * 747796405u + 2891336453u;
    uint word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
    return (word >> 22u) ^ word;
}

float hash_unit(ivec2 cell, uint salt) {
    uint h = hash_uint(uint(cell.x) * 1597334677u ^ uint(cell.y) * 3812015801u ^ salt * 2246822519u);
    return float(h >> 8u) * (1.0 / 16777216.0);
}

vec3 hash_vec3(ivec2 cell, uint salt) {
    uint h = hash_uint(uint(cell.x) * 1597334677u ^ uint(cell.y) * 3812015801u ^ salt * 2246822519u);
    return vec3(uvec3(h, h >> 10u, h >> 20u) & 1023u) * (1.0 / 1023.0);
}

ivec2 wrap_cell(ivec2 cell, int period) {
    return ivec2(cell.x - period * int(floor(float(cell.x) / float(period))),
                 cell.y - period * int(floor(float(cell.y) / float(period))));
}

// Value noise with quintic interpolation; repeats every `period` cells.
float value_noise(vec2 point, int period, uint salt) {
    ivec2 cell = ivec2(floor(point));
    vec2 f = fract(point);
    vec2 u = f * f * f * (f * (f * 6.0 - 15.0) + 10.0);
    float a = hash_unit(wrap_cell(cell, period), salt);
    float b = hash_unit(wrap_cell(cell + ivec2(1, 0), period), salt);
    float c = hash_unit(wrap_cell(cell + ivec2(0, 1), period), salt);
    float d = hash_unit(wrap_cell(cell + ivec2(1, 1), period), salt);
    return mix(mix(a, b, u.x), mix(c, d, u.x), u.y);
}

// Distance to the nearest of one random point a cell, in cells; repeats every `period` cells.
float cell_noise(vec2 point, int period, uint salt) {
    ivec2 cell = ivec2(floor(point));
    float nearest = 2.0;
    for (int k = 0; k < 9; k++) {
        ivec2 other = cell + ivec2(k % 3 - 1, k / 3 - 1);
        vec3 h = hash_vec3(wrap_cell(other, period), salt);
        nearest = min(nearest, length(vec2(other) + h.xy - point));
    }
    return nearest;
}

// Four tileable noises over uv 0..1: fractal, a second fractal, billows, ridges.
vec4 noise_tile(vec2 uv, uint salt) {
    vec4 sum = vec4(0.0);
    float amplitude = 0.5;
    int period = 4;
    for (int octave = 0; octave < 7; octave++) {
        uint s = salt + uint(octave) * 8u;
        vec2 p = uv * float(period);
        float ridge = value_noise(p, period, s + 2u);
        sum.x += amplitude * value_noise(p, period, s);
        sum.y += amplitude * value_noise(p, period, s + 1u);
        sum.z += amplitude * (1.0 - min(cell_noise(p, period, s + 3u), 1.0));
        sum.w += amplitude * (1.0 - abs(2.0 * ridge - 1.0));
        amplitude *= 0.5;
        period *= 2;
    }
    return sum;
}
