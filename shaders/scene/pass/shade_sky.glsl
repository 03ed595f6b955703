// Light of the sky, where nothing stands before it.
void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    vec2 pixel = texelFetch(where_map, at, 0).rg;
    if (pixel.x < 0.0) discard;
    if (texelFetch(surface_map, at, 0).g != SKY) discard;
    vec3 ray = normalize(camera_ray(camera, pixel));
    color = averaged(textureLod(sky_map, sky_map_position(ray), 0.0).rgb);
}
