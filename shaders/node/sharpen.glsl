// What a blur took away, added back.
// The image is the picture itself, soft the same blurred; DI signal, any value.
// Detail below the coring vanishes and larger detail is less by it, so that grain stays as it is.
vec4 sharpen(sampler2D image, sampler2D soft, ivec2 q, float amount, float coring)
{
    vec4 x = texelFetch(image, q, 0);
    vec3 detail = x.rgb - texelFetch(soft, q, 0).rgb;
    vec3 kept = sign(detail) * max(abs(detail) - coring, 0.0);
    return vec4(x.rgb + amount * kept, 1.0);
}
