// Draws the part of the sky that the camera may see, once for all frames.
void main() {
    vec2 uv = gl_FragCoord.xy / vec2(textureSize(sky_map, 0));
    color = vec4(sky_radiance(tile, sky, sky_map_direction(uv)), 1.0);
}
