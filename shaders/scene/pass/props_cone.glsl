// One value for each block of pixels: where a ray of the block may first meet a stone or shrub.
void main() {
    vec3 ray = normalize(camera_ray(camera, gl_FragCoord.xy * block));
    if (ray.y > 0.03) discard;
    float spread = 0.75 * block / camera.focal;
    color = vec4(march_props_cone(tile, canyon, camera.position, ray, spread));
}
