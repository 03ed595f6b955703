// 1 where a pixel needs more samples: beside an outline, or where the picture is busy.
void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    ivec2 last = textureSize(surface_map, 0) - 1;
    vec2 here = texelFetch(surface_map, at, 0).rg;
    float luma = dot(log2(texelFetch(shaded_map, at, 0).rgb + 0.02), vec3(0.25, 0.5, 0.25));
    float busy = 0.0;
    for (int k = 0; k < 4; k++) {
        ivec2 step_to = ivec2(k == 0 ? 1 : (k == 1 ? -1 : 0), k == 2 ? 1 : (k == 3 ? -1 : 0));
        ivec2 other_at = min(max(at + step_to, ivec2(0)), last); // the border has fewer neighbours
        vec2 other = texelFetch(surface_map, other_at, 0).rg;
        float other_luma = dot(log2(texelFetch(shaded_map, other_at, 0).rgb + 0.02), vec3(0.25, 0.5, 0.25));
        bool outline = here.g != other.g || abs(here.r - other.r) > 0.06 * min(here.r, other.r);
        busy = max(busy, outline || abs(luma - other_luma) > contrast ? 1.0 : 0.0);
    }
    color = vec4(busy);
}
