// Distance to the far mesas, where nothing nearer hides them.
void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    vec2 pixel = texelFetch(where_map, at, 0).rg;
    if (pixel.x < 0.0) discard;
    if (texelFetch(person_map, at, 0).g == SUBJECT) discard;
    vec2 ground = texelFetch(ground_map, at, 0).rg;
    if (ground.g == WALL || ground.r < 420.0) discard;
    float start = cone_start(mesas_cone_map, pixel / block);
    if (start >= FAR) discard;
    vec3 ray = normalize(camera_ray(camera, pixel));
    float t = march_mesas(tile, canyon, camera.position, ray, start);
    if (t >= ground.r) discard;
    color = vec4(t, MESA, 0.0, 0.0);
}
