namespace SwarmPS.Model;

/// <summary>The root that nodes are being moved to. In the sealed store alone: never shown, never logged.</summary>
/// <param name="CertificatePem">The new root's certificate, PEM.</param>
/// <param name="Key">Its private key, PEM.</param>
/// <param name="CrossSignedPem">The same root signed by the old one, PEM: those who trust only the old one believe the new one by it.</param>
public sealed record RootRotation(string CertificatePem, SecretText Key, string CrossSignedPem);
