using System.Security.Cryptography;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Daemon.Tests.Consensus;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Persistence;

public sealed class KeyringTests : IDisposable
{
    private readonly SwarmDirectory directory = TestManager.NewDirectory();
    private readonly KeyEncryptionKey file;

    public KeyringTests()
    {
        directory.Create();
        file = KeyEncryptionKey.FromFile(directory.KeyringKeyFile);
    }

    private string Path => directory.KeyringFile;

    public void Dispose() => Directory.Delete(directory.Root, recursive: true);

    [Fact]
    public void WhatIsSealed_OpensAfterAReload_InItsOwnPlaceOnly()
    {
        var message = Keyring.Create(Path, file).Seal("plain"u8, "place"u8);
        var keyring = Keyring.Open(Path, KeyEncryptionKey.FromFile(directory.KeyringKeyFile));
        Assert.Equal("plain"u8.ToArray(), keyring.Open(message, "place"u8));
        Assert.ThrowsAny<CryptographicException>(() => keyring.Open(message, "other"u8));
        Assert.NotEqual(message, keyring.Seal("plain"u8, "place"u8));
    }

    [Fact]
    public void AnyChangedByte_IsNoticed()
    {
        var keyring = Keyring.Create(Path, file);
        var message = keyring.Seal("plain"u8, "place"u8);
        for (var i = 0; i < message.Length; i++)
        {
            message[i] ^= 1;
            Assert.ThrowsAny<CryptographicException>(() => keyring.Open(message, "place"u8));
            message[i] ^= 1;
        }
        Assert.ThrowsAny<CryptographicException>(() => keyring.Open(message.AsSpan(0, 20), "place"u8));
    }

    [Fact]
    public void Autolock_NeedsTheUnlockKey_AndTheFileSaysSo()
    {
        var unlock = RandomNumberGenerator.GetBytes(32);
        Assert.Null(Keyring.LockOf(Path));
        var keyring = Keyring.Create(Path, file);
        var message = keyring.Seal("plain"u8, default);
        Assert.Equal(KeyringLock.File, Keyring.LockOf(Path));
        keyring.Relock(KeyEncryptionKey.FromUnlockKey(unlock));
        Assert.Equal(KeyringLock.UnlockKey, Keyring.LockOf(Path));
        Assert.Equal("plain"u8.ToArray(), Keyring.Open(Path, KeyEncryptionKey.FromUnlockKey(unlock)).Open(message, default));
        unlock[0] ^= 1;
        foreach (var wrong in (KeyEncryptionKey[])[file, KeyEncryptionKey.FromUnlockKey(unlock)])
            Assert.Equal(SwarmErrorCode.Unauthenticated, Assert.Throws<SwarmException>(() => Keyring.Open(Path, wrong)).Code);
    }

    [Fact]
    public void KeyringThatOnlySaysThatItIsLocked_IsDamaged()
    {
        Keyring.Create(Path, file);
        Keyring.CheckLock(Path, directory.KeyringKeyFile);
        var content = File.ReadAllBytes(Path);
        content[7] = (byte)KeyringLock.UnlockKey;
        File.WriteAllBytes(Path, content);
        var refusal = Assert.Throws<SwarmException>(() => Keyring.CheckLock(Path, directory.KeyringKeyFile));
        Assert.Equal(SwarmErrorCode.FailedPrecondition, refusal.Code);
        Assert.Contains($"{Path} is damaged", refusal.Message);

        // As a crash leaves it while autolock is turned on: the key that sealed it before is still there.
        Keyring.Create(Path, KeyEncryptionKey.FromUnlockKey(RandomNumberGenerator.GetBytes(32)));
        Keyring.CheckLock(Path, directory.KeyringKeyFile);
    }

    [Fact]
    public void Files_AreTheOwnersAlone()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("Windows has no such modes");
        else
        {
            Keyring.Create(Path, file);
            Assert.Equal(SwarmDirectory.FileMode, File.GetUnixFileMode(Path));
            Assert.Equal(SwarmDirectory.FileMode, File.GetUnixFileMode(directory.KeyringKeyFile));
            Assert.Equal(SwarmDirectory.DirectoryMode, File.GetUnixFileMode(directory.Root));
        }
    }

    [Fact]
    public void Damage_IsNamed_WithWhatToDo()
    {
        Keyring.Create(Path, file);
        var whole = File.ReadAllBytes(Path);
        Refused([]);
        Refused(whole[..20]);
        Refused([.. whole[..^1], (byte)(whole[^1] ^ 1)]);
        Refused([.. whole[..7], 9, .. whole[8..]]);
        Refused([.. "no keyring at all, but long enough to be one: "u8, .. whole]);
        File.WriteAllBytes(directory.KeyringKeyFile, [1, 2, 3]);
        var refusal = Assert.Throws<SwarmException>(() => KeyEncryptionKey.FromFile(directory.KeyringKeyFile));
        Assert.Contains(directory.KeyringKeyFile, refusal.Message);

        void Refused(byte[] content)
        {
            File.WriteAllBytes(Path, content);
            var refusal = Assert.Throws<SwarmException>(() => Keyring.Open(Path, file));
            Assert.Equal(SwarmErrorCode.FailedPrecondition, refusal.Code);
            Assert.StartsWith($"{Path} is damaged", refusal.Message);
        }
    }
}
