// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// ECDSA recovery that refuses what Ethereum refuses: s in the upper half, v other than 27 and 28.
/// Each caller has texts of its own, so the flaw is answered, not thrown.
library Recovery {
    enum Flaw {
        None,
        HighS,
        BadV,
        NoSigner
    }

    /// Half the order of secp256k1, rounded down.
    uint256 private constant S_MAX = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0;

    function tryRecover(bytes32 digest, bytes32 r, bytes32 s, uint8 v) internal pure returns (address, Flaw) {
        if (uint256(s) > S_MAX) return (address(0), Flaw.HighS);
        if (v != 27 && v != 28) return (address(0), Flaw.BadV);
        address signer = ecrecover(digest, v, r, s);
        return (signer, signer == address(0) ? Flaw.NoSigner : Flaw.None);
    }
}
