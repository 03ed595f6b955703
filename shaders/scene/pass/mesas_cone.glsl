// One value for each block of pixels: where a ray of the block may first meet a far mesa.
void main() {
    vec3 ray = normalize(camera_ray(camera, gl_FragCoord.xy * block));
    if (ray.y > 0.32 || ray.y < -0.02) discard;
    float spread = 0.75 * block / camera.focal;
    color = vec4(march_mesas_cone(tile, canyon, camera.position, ray, spread));
}
