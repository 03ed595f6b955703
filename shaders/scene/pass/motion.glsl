// Distance along the camera axis, and where each pixel's point lies in the next frame.
void main() {
    vec2 surface = texelFetch(surface_map, ivec2(gl_FragCoord.xy), 0).rg;
    vec3 through = camera_ray(camera, gl_FragCoord.xy);
    float size = length(through);
    vec3 offset = through;  // the sky is infinitely far: only the camera's turn moves it
    float depth = FAR;
    if (surface.g != SKY) {
        vec3 p = camera.position + through / size * surface.r;
        if (surface.g == SUBJECT) p = subject_moved(subject, pose, next_pose, p);
        offset = p - next.position;
        depth = surface.r / size;
    }
    color = vec4(depth, camera_pixel(next, offset) - gl_FragCoord.xy, surface.g);
}
