// Distance to the floor or the canyon walls, where the person does not hide them.
void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    vec2 pixel = texelFetch(where_map, at, 0).rg;
    if (pixel.x < 0.0) discard;
    if (texelFetch(person_map, at, 0).g == SUBJECT) discard;
    vec3 ray = normalize(camera_ray(camera, pixel));
    float ground = march_floor(tile, canyon, camera.position, ray);
    float end = min(ground, 520.0);
    float wall = cone_start(canyon_cone_map, pixel / block);
    wall = wall < end ? march_canyon(tile, canyon, camera.position, ray, wall, end) : FAR;
    float t = min(wall, ground);
    color = vec4(t, t >= FAR ? SKY : (wall < ground ? WALL : FLOOR), 0.0, 0.0);
}
