// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Recovery} from "../roles/Recovery.sol";

interface IERC1271 {
    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4);
}

/// EIP-712: the token's domain, and who signed a struct. An account without code signs with its key (r, s, v in 65
/// bytes); a contract answers for itself by ERC-1271.
abstract contract TypedData {
    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    string public constant name = "USD Coin";
    string public constant version = "2";

    /// The domain follows the chain id, so a signature is worth nothing after a fork.
    function DOMAIN_SEPARATOR() public view returns (bytes32) {
        return keccak256(
            abi.encode(
                DOMAIN_TYPEHASH, keccak256(bytes(name)), keccak256(bytes(version)), block.chainid, address(this)
            )
        );
    }

    function _isSignedBy(address signer, bytes32 structHash, bytes memory signature) internal view returns (bool) {
        bytes32 digest = keccak256(abi.encodePacked("\x19\x01", DOMAIN_SEPARATOR(), structHash));
        if (signer.code.length > 0) return _contractAgrees(signer, digest, signature);
        return _recover(digest, signature) == signer;
    }

    function _contractAgrees(address signer, bytes32 digest, bytes memory signature) private view returns (bool) {
        (bool done, bytes memory answer) =
            signer.staticcall(abi.encodeCall(IERC1271.isValidSignature, (digest, signature)));
        return done && answer.length >= 32
            && abi.decode(answer, (bytes32)) == bytes32(IERC1271.isValidSignature.selector);
    }

    function _recover(bytes32 digest, bytes memory signature) private pure returns (address) {
        require(signature.length == 65, "ECRecover: invalid signature length");
        bytes32 r;
        bytes32 s;
        assembly ("memory-safe") {
            r := mload(add(signature, 32))
            s := mload(add(signature, 64))
        }
        (address signer, Recovery.Flaw flaw) = Recovery.tryRecover(digest, r, s, uint8(signature[64]));
        require(flaw != Recovery.Flaw.HighS, "ECRecover: invalid signature 's' value");
        require(flaw != Recovery.Flaw.BadV, "ECRecover: invalid signature 'v' value");
        require(flaw != Recovery.Flaw.NoSigner, "ECRecover: invalid signature");
        return signer;
    }
}
