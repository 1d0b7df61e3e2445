// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Ownable2Step} from "./Ownable2Step.sol";
import {Recovery} from "./Recovery.sol";

/// The set of attesters, the number of their signatures that a message needs, and the check of an attestation.
abstract contract Attestable is Ownable2Step {
    uint256 private constant SIGNATURE_LENGTH = 65;

    /// How many signatures a message needs: exactly so many. Zero until it is set, and then nothing is attested.
    uint256 public signatureThreshold;

    address[] private _attesters;
    /// Place in `_attesters`, counted from one; zero for an account that is no attester.
    mapping(address => uint256) private _places;
    address private _attesterManager;

    event AttesterEnabled(address indexed attester);
    event AttesterDisabled(address indexed attester);
    event SignatureThresholdUpdated(uint256 oldSignatureThreshold, uint256 newSignatureThreshold);
    event AttesterManagerUpdated(address indexed previousAttesterManager, address indexed newAttesterManager);

    modifier onlyAttesterManager() {
        require(msg.sender == _attesterManager, "Caller not attester manager");
        _;
    }

    function attesterManager() external view returns (address) {
        return _attesterManager;
    }

    function isEnabledAttester(address attester) public view returns (bool) {
        return _places[attester] != 0;
    }

    function getNumEnabledAttesters() external view returns (uint256) {
        return _attesters.length;
    }

    function getEnabledAttester(uint256 index) external view returns (address) {
        require(index < _attesters.length, "EnumerableSet: index out of bounds");
        return _attesters[index];
    }

    function enableAttester(address newAttester) external onlyAttesterManager {
        _enableAttester(newAttester);
    }

    /// The last attester, or one without whom the threshold could not be reached, stays. The last of the list
    /// takes the place of the one that goes.
    function disableAttester(address attester) external onlyAttesterManager {
        uint256 count = _attesters.length;
        require(count > 1, "Too few enabled attesters");
        require(count > signatureThreshold, "Signature threshold is too low");
        uint256 place = _places[attester];
        require(place != 0, "Attester already disabled");
        address last = _attesters[count - 1];
        _attesters[place - 1] = last;
        _places[last] = place;
        _attesters.pop();
        delete _places[attester];
        emit AttesterDisabled(attester);
    }

    function setSignatureThreshold(uint256 newSignatureThreshold) external onlyAttesterManager {
        _setSignatureThreshold(newSignatureThreshold);
    }

    function updateAttesterManager(address newAttesterManager) external onlyOwner {
        require(newAttesterManager != address(0), "Invalid attester manager address");
        emit AttesterManagerUpdated(_attesterManager, newAttesterManager);
        _setAttesterManager(newAttesterManager);
    }

    function _setAttesterManager(address newAttesterManager) internal {
        _attesterManager = newAttesterManager;
    }

    function _enableAttester(address newAttester) internal {
        require(newAttester != address(0), "New attester must be nonzero");
        require(!isEnabledAttester(newAttester), "Attester already enabled");
        _attesters.push(newAttester);
        _places[newAttester] = _attesters.length;
        emit AttesterEnabled(newAttester);
    }

    function _setSignatureThreshold(uint256 newSignatureThreshold) internal {
        require(newSignatureThreshold != 0, "Invalid signature threshold");
        require(newSignatureThreshold <= _attesters.length, "New signature threshold too high");
        require(newSignatureThreshold != signatureThreshold, "Signature threshold already set");
        emit SignatureThresholdUpdated(signatureThreshold, newSignatureThreshold);
        signatureThreshold = newSignatureThreshold;
    }

    /// An attestation is one signature (r, s, v) of the message's bare keccak-256 by each of `signatureThreshold`
    /// attesters, in ascending order of their addresses: so nobody signs twice.
    function _verifyAttestationSignatures(bytes calldata message, bytes calldata attestation) internal view {
        uint256 threshold = signatureThreshold;
        require(
            threshold != 0 && attestation.length == SIGNATURE_LENGTH * threshold, "Invalid attestation length"
        );
        bytes32 digest = keccak256(message);
        address previous = address(0);
        for (uint256 offset = 0; offset < attestation.length; offset += SIGNATURE_LENGTH) {
            address signer = _recover(digest, attestation[offset:offset + SIGNATURE_LENGTH]);
            require(signer > previous, "Invalid signature order or dupe");
            require(isEnabledAttester(signer), "Invalid signature: not attester");
            previous = signer;
        }
    }

    function _recover(bytes32 digest, bytes calldata signature) private pure returns (address) {
        (address signer, Recovery.Flaw flaw) = Recovery.tryRecover(
            digest, bytes32(signature[0:32]), bytes32(signature[32:64]), uint8(signature[64])
        );
        require(flaw != Recovery.Flaw.HighS, "ECDSA: invalid signature 's' value");
        require(flaw != Recovery.Flaw.BadV, "ECDSA: invalid signature 'v' value");
        require(flaw != Recovery.Flaw.NoSigner, "ECDSA: invalid signature");
        return signer;
    }
}
