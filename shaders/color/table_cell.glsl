// A value between the eight texels around a point of a cube: `at` is 0 to 1 over the texture,
// clamped at its faces. Weights are float32, where a GPU's own linear filter has steps of 1/256.
vec4 table_cell(sampler3D table, vec3 at)
{
    ivec3 last = textureSize(table, 0) - 1;
    vec3 x = at * vec3(last + 1) - 0.5;
    ivec3 lo = clamp(ivec3(floor(x)), ivec3(0), last);
    ivec3 hi = clamp(ivec3(floor(x)) + 1, ivec3(0), last);
    vec3 w = x - floor(x);
    vec4 c00 = mix(texelFetch(table, lo, 0), texelFetch(table, ivec3(hi.x, lo.yz), 0), w.x);
    vec4 c10 = mix(texelFetch(table, ivec3(lo.x, hi.y, lo.z), 0),
                   texelFetch(table, ivec3(hi.xy, lo.z), 0), w.x);
    vec4 c01 = mix(texelFetch(table, ivec3(lo.xy, hi.z), 0),
                   texelFetch(table, ivec3(hi.x, lo.y, hi.z), 0), w.x);
    vec4 c11 = mix(texelFetch(table, ivec3(lo.x, hi.yz), 0), texelFetch(table, hi, 0), w.x);
    return mix(mix(c00, c10, w.y), mix(c01, c11, w.y), w.z);
}
