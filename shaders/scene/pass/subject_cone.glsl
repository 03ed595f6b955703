// One value for each block of pixels: where a ray of the block may first meet the person.
void main() {
    vec3 ray = camera_ray(camera, gl_FragCoord.xy * block);
    float size = length(ray);
    ray /= size;
    float spread = 0.75 * block / camera.focal;
    vec3 foot = subject.place + vec3(0.0, 0.6, 0.0);
    vec3 crown = subject.place + vec3(0.0, 1.66, 0.0);
    if (ray_segment_distance(camera.position, ray, foot, crown) > 0.42) discard;
    float t = length(crown.xz - camera.position.xz) - 0.7;
    color = vec4(march_subject_cone(subject, pose, camera.position, ray, spread, t));
}
