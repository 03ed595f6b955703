// Distance to the person, where a ray meets it.
void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    vec2 pixel = texelFetch(where_map, at, 0).rg;
    if (pixel.x < 0.0) discard;
    float t = texelFetch(subject_cone_map, ivec2(pixel / block), 0).r;
    if (t > 0.5 * FAR) discard;
    vec3 ray = normalize(camera_ray(camera, pixel));
    t = march_subject(tile, subject, pose, camera.position, ray, t);
    color = vec4(t, t < FAR ? SUBJECT : SKY, 0.0, 0.0);
}
