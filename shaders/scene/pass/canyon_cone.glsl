// One value for each block of pixels: where a ray of the block may first meet a wall.
void main() {
    vec3 ray = normalize(camera_ray(camera, gl_FragCoord.xy * block));
    float end = min(march_floor(tile, canyon, camera.position, ray) + 30.0, 520.0);
    float spread = 0.75 * block / camera.focal;
    color = vec4(march_canyon_cone(tile, canyon, camera.position, ray, spread, end));
}
