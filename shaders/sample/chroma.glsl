// Chroma at a luma position, from planes subsampled by 2^shift; one component or two.
// Siting of MPEG-2 and H.264 by default (H.273 chroma_sample_loc_type 0): in line with the left
// luma sample, halfway between two luma rows. Edges are repeated, so the plane must be clamped to
// its edge. The four neighbours are gathered at their common corner, which no rounding can miss,
// and weighed in float: a filtering sampler would round the weights.

vec2 chroma_at(sampler2D plane, ivec2 q, ivec2 shift)
{
    int x = q.x >> shift.x;
    float right = float(q.x - (x << shift.x)) / float(1 << shift.x);
    float down = (float(q.y) + 0.5) / float(1 << shift.y) - 0.5;
    float y = floor(down);
    vec2 corner = (vec2(float(x), y) + 1.0) / vec2(textureSize(plane, 0));
    vec4 first = textureGather(plane, corner, 0);
    vec4 second = textureGather(plane, corner, 1);
    vec2 above = mix(vec2(first.w, second.w), vec2(first.z, second.z), right);
    vec2 below = mix(vec2(first.x, second.x), vec2(first.y, second.y), right);
    return mix(above, below, down - y);
}

// The same for chroma that is subsampled across only (4:2:2, 4:1:1).
vec4 chroma_across(sampler2D plane, ivec2 q, int shift)
{
    int last = textureSize(plane, 0).x - 1;
    int x = q.x >> shift;
    float right = float(q.x - (x << shift)) / float(1 << shift);
    vec4 left = texelFetch(plane, ivec2(min(x, last), q.y), 0);
    return mix(left, texelFetch(plane, ivec2(min(x + 1, last), q.y), 0), right);
}
