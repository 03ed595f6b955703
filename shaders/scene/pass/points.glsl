// The sample points of the first round: the pixel centres.
void main() {
    color = vec4(gl_FragCoord.xy, 0.0, 0.0);
}
