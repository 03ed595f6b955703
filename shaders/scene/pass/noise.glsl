// Fills the noise tile that every texture and shape of the scene reads.
void main() {
    color = noise_tile(gl_FragCoord.xy / tile_size, uint(salt));
}
