// What a depth network answers, as nearness: a contiguous height x width array in, a texture out.
// HALF: two elements a word as float16; DISTANCE: the answer is a distance, else affine in nearness
// with the sign `sense`. Values that are no numbers become 0, far away: nothing on the CPU sees them.
layout(local_size_x = 64, local_size_y = 4) in;
layout(r32f, binding = 0) writeonly uniform image2D nearness;
uniform ivec2 answered;  // width and height of the answer
uniform float sense;     // 1 where larger is nearer, else -1
uniform float nearest;   // least distance
#ifdef HALF
layout(std430, binding = 0) readonly buffer Tensor { uint words[]; };
#else
layout(std430, binding = 0) readonly buffer Tensor { float words[]; };
#endif

float near_at(ivec2 p)
{
    int index = p.y * answered.x + p.x;
#ifdef HALF
    float value = unpackHalf2x16(words[index >> 1])[index & 1];
#else
    float value = words[index];
#endif
#ifdef DISTANCE
    return isnan(value) ? 0.0 : 1.0 / max(value, nearest);
#else
    return isnan(value) || isinf(value) ? 0.0 : sense * value;
#endif
}

void main()
{
    ivec2 q = ivec2(gl_GlobalInvocationID.xy), size = imageSize(nearness);
    if (any(greaterThanEqual(q, size)))
        return;
    float value;
    if (size == answered)
        value = near_at(q);
    else
    {
        // bilinear, sample centres at half integers
        ivec2 last = answered - 1;
        vec2 at = clamp((vec2(q) + 0.5) * vec2(answered) / vec2(size) - 0.5, vec2(0.0), vec2(last));
        ivec2 low = ivec2(floor(at)), high = min(low + 1, last);
        vec2 part = at - vec2(low);
        float top = mix(near_at(low), near_at(ivec2(high.x, low.y)), part.x);
        float bottom = mix(near_at(ivec2(low.x, high.y)), near_at(high), part.x);
        value = mix(top, bottom, part.y);
    }
    imageStore(nearness, q, vec4(value));
}
