// Chroma at a luma position, from planes subsampled by 2^shift; any number of components.
// Siting of MPEG-2 and H.264 by default (H.273 chroma_sample_loc_type 0): in line with the left
// luma sample, halfway between two luma rows. Edges are repeated.

vec4 chroma_at(sampler2D plane, ivec2 q, ivec2 shift)
{
    ivec2 last = textureSize(plane, 0) - 1;
    int x = q.x >> shift.x;
    float right = float(q.x - (x << shift.x)) / float(1 << shift.x);
    float down = (float(q.y) + 0.5) / float(1 << shift.y) - 0.5;
    int y = int(floor(down));
    ivec2 a = clamp(ivec2(x, y), ivec2(0), last);
    ivec2 b = clamp(ivec2(x + 1, y + 1), ivec2(0), last);
    vec4 above = mix(texelFetch(plane, a, 0), texelFetch(plane, ivec2(b.x, a.y), 0), right);
    vec4 below = mix(texelFetch(plane, ivec2(a.x, b.y), 0), texelFetch(plane, b, 0), right);
    return mix(above, below, down - float(y));
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
