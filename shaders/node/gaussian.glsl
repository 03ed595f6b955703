// A Gaussian blur in two passes, any number of components; edges are repeated.
// sigma in pixels; the tail beyond 3 sigma (0.3 %) is left out and the rest weighs 1 in all.

vec4 gaussian_line(sampler2D image, ivec2 q, ivec2 along, float sigma)
{
    ivec2 last = textureSize(image, 0) - 1;
    int reach = int(ceil(3.0 * sigma));
    float width = -0.5 / max(sigma * sigma, 1e-8);
    vec4 sum = texelFetch(image, q, 0);
    float weights = 1.0;
    for (int i = 1; i <= reach; ++i)
    {
        float weight = exp(width * float(i * i));
        sum += weight * texelFetch(image, clamp(q + i * along, ivec2(0), last), 0);
        sum += weight * texelFetch(image, clamp(q - i * along, ivec2(0), last), 0);
        weights += 2.0 * weight;
    }
    return sum / weights;
}

vec4 gaussian_across(sampler2D previous, sampler2D start, ivec2 q, float sigma)
{
    return gaussian_line(previous, q, ivec2(1, 0), sigma);
}

vec4 gaussian_down(sampler2D previous, sampler2D start, ivec2 q, float sigma)
{
    return gaussian_line(previous, q, ivec2(0, 1), sigma);
}
