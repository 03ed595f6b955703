// A Gaussian blur of any number of components; edges are repeated.

// One line of the blur. sigma in pixels of the image; the tail beyond 3 sigma (0.3 %) is left out
// and the rest weighs 1 in all. exp(-i^2 / 2 sigma^2) by recurrence: each weight is the one before
// times a ratio that itself falls by a constant ratio.
vec4 gaussian_line(sampler2D image, ivec2 q, ivec2 along, float sigma)
{
    ivec2 last = textureSize(image, 0) - 1;
    int reach = int(ceil(3.0 * sigma));
    float ratio = exp(-0.5 / max(sigma * sigma, 1e-8));
    float fall = ratio * ratio;
    vec4 sum = texelFetch(image, q, 0);
    float weight = 1.0;
    float weights = 1.0;
    for (int i = 1; i <= reach; ++i)
    {
        weight *= ratio;
        ratio *= fall;
        sum += weight * (texelFetch(image, min(q + i * along, last), 0)
                         + texelFetch(image, max(q - i * along, ivec2(0)), 0));
        weights += 2.0 * weight;
    }
    return sum / weights;
}

vec4 gaussian_across(sampler2D image, ivec2 q, float sigma)
{
    return gaussian_line(image, q, ivec2(1, 0), sigma);
}

vec4 gaussian_down(sampler2D image, ivec2 q, float sigma)
{
    return gaussian_line(image, q, ivec2(0, 1), sigma);
}
