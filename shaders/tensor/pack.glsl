// A picture as the tensor a depth network reads: three planes (channel, row, column), normalised.
// HALF: two elements a word as float16; BGR: the channels the other way round. The element order is
// that of a contiguous 1 x 3 x height x width array; row 0 is the top row of the picture.
layout(local_size_x = 256) in;
uniform sampler2D picture;  // display code values 0..1 in RGB
uniform vec3 scale;         // by channel of the tensor
uniform vec3 offset;
#ifdef HALF
layout(std430, binding = 0) writeonly buffer Tensor { uint words[]; };
#else
layout(std430, binding = 0) writeonly buffer Tensor { float words[]; };
#endif

float element(int index, ivec2 size)
{
    int area = size.x * size.y;
    int channel = index / area, pixel = index % area;
    if (channel > 2)
        return 0.0;  // the second half of the last word, where the count is odd
#ifdef BGR
    int from = 2 - channel;
#else
    int from = channel;
#endif
    float value = texelFetch(picture, ivec2(pixel % size.x, pixel / size.x), 0)[from];
    precise float scaled = value * scale[channel];  // two roundings, as on the CPU
    return scaled + offset[channel];
}

void main()
{
    ivec2 size = textureSize(picture, 0);
    int word = int(gl_GlobalInvocationID.x);
    if (word >= words.length())
        return;
#ifdef HALF
    words[word] = packHalf2x16(vec2(element(2 * word, size), element(2 * word + 1, size)));
#else
    words[word] = element(word, size);
#endif
}
