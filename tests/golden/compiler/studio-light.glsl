void main()
{
    ivec2 q = ivec2(gl_FragCoord.xy);
    // source: yuv420p, 160x90, upright
    vec3 rgb0 = mat3(1.1643835, 1.1643835, 1.1643835, 0.0, -0.21324861, 2.1124017, 1.7927411, -0.53290933, 0.0) * vec3(texelFetch(plane0, q, 0).r, chroma_at(plane1, q, ivec2(1, 1)).r, chroma_at(plane2, q, ivec2(1, 1)).r) + vec3(-0.9729451, 0.30148268, -1.1334022);
    // input: rec709
    rgb0 = finite(rgb0);
    rgb0 = rec709_to_linear_rec709(rgb0);
    rgb0 = davinci_inverse(rgb0);
    rgb0 = linear_rec709_to_davinci_intermediate(rgb0);
    vec2 at = (vec2(q) + 0.5) / vec2(160.0, 90.0);
    // depth [depth_map]
    float key1 = depth_levels(depth_guided(depth_better, at, dot(rgb0, vec3(0.21, 0.7, 0.09))), 5.0, -2.0);
    key1 = depth_gamma(key1, 0.90909094);
    key1 = depth_invert(key1);
    // shade [primary]
    vec3 rgb1 = primary_balance(rgb0, vec3(1.12, 1.1, 1.07), vec3(-0.12, -0.1, -0.07));
    rgb1 = primary_power(rgb1, vec3(1.32));
    rgb1 = primary_saturation(rgb1, 0.84);
    rgb1 = mix(rgb0, rgb1, key1);
    // spill [primary]
    vec3 rgb2 = primary_balance(rgb0, vec3(1.03), vec3(0.0));
    rgb2 = mix(rgb0, rgb2, key1);
    // join [parallel_mixer]
    vec3 rgb3 = rgb0 + (rgb1 - rgb0) + (rgb2 - rgb0);
    vec3 shown = rgb3;
    // output: rec709
    shown = finite_working(shown);
    shown = davinci_intermediate_to_linear_rec709(shown);
    shown = davinci(shown);
    shown = linear_rec709_to_rec709(shown);
    vec4 result = vec4(shown, 1.0);
    picture = result;
}
